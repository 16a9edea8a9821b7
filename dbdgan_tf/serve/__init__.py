"""`dbdgan serve`: maps and scores over HTTP, the model warm (extra `serve`: FastAPI, uvicorn)."""
