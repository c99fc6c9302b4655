"""The cache that is bounded by the bytes it holds."""

from viz_core.drawing.byte_cache import ByteCache


def test_keeps_what_has_room_and_starts_over_when_it_is_full():
    cache = ByteCache(100)
    for number in range(10):
        assert cache.keep(number, str(number), 10) == str(number)
    assert [cache.get(number) for number in range(10)] == list("0123456789")
    cache.keep(10, "10", 10)
    assert dict(cache) == {10: "10"}
    for number in range(11, 20):
        cache.keep(number, str(number), 10)
    assert len(cache) == 10


def test_what_grows_is_counted():
    cache = ByteCache(100)
    cache.keep("first", [], 60)
    cache.count(40)
    assert "first" in cache
    cache.count(1)
    assert not cache


def test_what_is_larger_than_the_cache_is_the_only_thing_in_it():
    cache = ByteCache(100)
    cache.keep("small", "one", 10)
    assert cache.keep("large", "it", 200) == "it"
    assert dict(cache) == {"large": "it"}
    cache.keep("small", "one", 10)
    assert dict(cache) == {"small": "one"}
