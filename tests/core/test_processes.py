"""Ranks without torch: the variables that launchers set."""

import pytest

from viz_core import processes


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    monkeypatch.delenv("RANK", raising=False)
    monkeypatch.delenv("WORLD_SIZE", raising=False)


def test_a_lone_process_is_rank_0_of_1():
    assert (processes.get_rank(), processes.get_world_size()) == (0, 1)
    assert processes.is_main_process()


def test_reads_what_torchrun_sets(monkeypatch):
    monkeypatch.setenv("RANK", "3")
    monkeypatch.setenv("WORLD_SIZE", "4")
    assert (processes.get_rank(), processes.get_world_size()) == (3, 4)
    assert not processes.is_main_process()


def test_a_variable_that_is_no_number_is_not_a_rank(monkeypatch):
    monkeypatch.setenv("RANK", "one")
    assert processes.get_rank() == 0
