"""Named instances, and what stays behind of them."""

import threading

import pytest
from waiting import HANG

from viz_core.errors import InstanceError, VizWarning
from viz_core.instances import NamedInstances


@pytest.fixture
def classes():
    class Base(NamedInstances):
        closed = False

        def __init__(self, name="base", size=1):
            super().__init__(name)
            self.size = size

        def close(self):
            self.closed = True

    class Child(Base):
        pass

    class Other(Base):
        pass

    return Base, Child, Other


def test_the_same_name_is_the_same_object(classes):
    base, _, _ = classes
    first = base.get_instance("a", size=3)
    assert base.get_instance("a") is first
    assert first.instance_name == "a"
    assert first.size == 3


def test_arguments_for_one_that_exists_are_warned_about(classes):
    base, _, _ = classes
    base.get_instance("a")
    with pytest.warns(VizWarning, match=r"'a' exists already, so size had no effect"):
        assert base.get_instance("a", size=3).size == 1


def test_the_current_one_is_the_latest_made_of_whatever_subclass(classes):
    base, child, other = classes
    base.get_instance("a")
    made = child.get_instance("b")
    assert base.get_current_instance() is made
    base.get_instance("a")  # asking again does not move it
    assert base.get_current_instance() is made
    assert not other.check_instance_created("b")
    assert base.check_instance_created("b")
    with pytest.raises(InstanceError, match="no Other has been made yet; make one with"):
        other.get_current_instance()


def test_one_name_in_two_subclasses_is_two_objects_and_the_parent_has_the_latest(classes):
    base, child, other = classes
    first, second = child.get_instance("same"), other.get_instance("same")
    assert first is not second
    assert base.get_current_instance() is second
    child.forget_instance("same")
    assert base.get_current_instance() is second


def test_plain_construction_registers_nothing(classes):
    base, _, _ = classes
    base("a")
    assert not base.check_instance_created("a")


def test_a_constructor_that_raises_leaves_nothing_behind(classes):
    base, _, _ = classes
    with pytest.raises(TypeError):
        base.get_instance("a", color=1)
    assert not base.check_instance_created("a")
    done = threading.Event()
    threading.Thread(target=lambda: (base.get_instance("a"), done.set())).start()
    assert done.wait(HANG)  # no lock is held


def test_forgetting_closes_and_frees_the_name(classes):
    base, child, _ = classes
    first = child.get_instance("a")
    base.forget_instance("a")
    assert first.closed
    assert not child.check_instance_created("a")
    base.forget_instance("a")
    assert base.get_instance("a") is not first


def test_close_all_closes_all(classes):
    base, child, _ = classes
    made = [base.get_instance("a"), child.get_instance("b")]
    base.close_all()
    assert all(m.closed for m in made)
    assert not base.check_instance_created("a")
    assert not child.check_instance_created("b")


@pytest.mark.parametrize(("name", "error"), [(3, TypeError), ("", ValueError)])
def test_a_wrong_name_is_refused(classes, name, error):
    with pytest.raises(error, match="name must"):
        classes[0].get_instance(name)
