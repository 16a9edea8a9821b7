from dbdgan_tf.data.scenes import fold_of, in_pairs, scene_of


def test_scenes_and_pairs():
    assert [scene_of(s) for s in ("whu_001_far", "a-NEAR", "nearby")] == ["whu_001", "a", "nearby"]
    stems = ["a_near", "a_far", "b_near", "c", "nearby"]
    assert in_pairs(stems) == {"a_near", "a_far"}


def test_folds_divide_evenly_and_never_part_a_scene():
    folds = [fold_of(f"photo{number}", 4) for number in range(2000)]
    assert all(400 < folds.count(fold) < 600 for fold in range(4))
    assert all(fold_of(f"s{n}_near", 3) == fold_of(f"s{n}_far", 3) == fold_of(f"s{n}", 3) for n in range(50))
