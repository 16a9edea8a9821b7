"""Precision-recall and F-measure curves as matplotlib figures (no window, no global state)."""


def _axes(x_label, y_label):
    # Figure without pyplot draws with Agg and keeps no global state.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 4.2), layout="constrained")
    axes = figure.add_subplot()
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(alpha=0.3)
    return figure, axes


def pr_figure(curves):
    """A matplotlib Figure of precision against recall, from a dict label -> `Curves`."""
    figure, axes = _axes("recall", "precision")
    for label, curve in curves.items():
        axes.plot(curve.recall, curve.precision, label=label, linewidth=1.6)
    lowest = min(min(curve.precision.min() for curve in curves.values()), 0.5)
    axes.set(xlim=(0, 1), ylim=(max(lowest - 0.05, 0), 1.005))
    axes.legend(loc="lower left")
    return figure


def f_figure(curves):
    """Draws F (beta^2 = 0.3) against the threshold, each maximum marked; `curves` as for `pr_figure`."""
    figure, axes = _axes("threshold", "F-measure (beta² = 0.3)")
    for label, curve in curves.items():
        best = int(curve.f.argmax())
        (line,) = axes.plot(curve.f, label=f"{label} (max {curve.f[best]:.3f})", linewidth=1.6)
        axes.plot(best, curve.f[best], "o", color=line.get_color(), markersize=4)
    axes.set(xlim=(0, 255), ylim=(0, 1.005))
    axes.legend(loc="lower left")
    return figure


def reliability_figure(rows):
    """Draws how often pixels of a probability are positive; `rows` of `reliability` by label."""
    figure, axes = _axes("probability in the map", "share that is positive")
    axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
    for label, row in rows.items():
        told, true, _ = zip(*row, strict=True)
        axes.plot(told, true, "o-", label=label, linewidth=1.6, markersize=4)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend(loc="upper left")
    return figure
