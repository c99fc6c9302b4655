"""What stays where there is no room for all."""

from viz_report.room import fit, told


def test_all_stay_where_there_is_room():
    assert fit({("a",): [5, 5], ("b",): []}, 10) == {("a",): [0, 1], ("b",): []}


def test_of_the_name_that_takes_most_every_second_goes_but_the_first_and_the_last():
    sizes = {("large",): [10] * 9, ("small",): [1] * 9}
    assert fit(sizes, 60) == {("large",): [0, 2, 4, 6, 8], ("small",): [*range(9)]}
    assert fit(sizes, 29) == {("large",): [0, 8], ("small",): [*range(9)]}
    assert fit({("even",): [10] * 8}, 50) == {("even",): [0, 2, 4, 6, 7]}


def test_each_name_keeps_its_last_before_one_goes_as_a_whole():
    sizes = {(str(i),): [10] * 4 for i in range(4)}
    assert fit(sizes, 40) == {(str(i),): [3] for i in range(4)}
    kept = fit(sizes, 25)
    assert sorted(kept.values()) == [[], [], [3], [3]]
    assert fit(sizes, 0) == {(str(i),): [] for i in range(4)}


def test_what_is_left_out_is_told_in_few_lines():
    counts = {("run", "images", "a"): (3, 9), ("run", "images", "b"): (9, 9)}
    assert told(counts, "for want of room") == ["images a: 3 of 9 steps, for want of room"]
    many = {("run", "images", str(i)): (1, 2) for i in range(500)}
    lines = told(many, "why")
    assert len(lines) == 21
    assert lines[-1] == "480 more names: 480 of 960 steps, why"
