"""The cache that is bounded by the bytes it holds."""

from viz_core.drawing.byte_cache import ByteCache


def test_what_is_used_lately_stays_and_the_rest_goes():
    cache = ByteCache(100)  # two generations of 50
    for number in range(30):
        cache.keep(number, str(number), 10)
        assert cache.find(0) == "0"
        assert len(cache) <= 10
    assert cache.find(29) == "29"
    assert cache.find(5) is None


def test_what_grows_is_counted_once():
    cache = ByteCache(100)
    cache.keep("first", "one", 5)
    for size in range(1, 41):
        cache.keep("grows", "it", size)
    assert (cache.find("first"), cache.find("grows")) == ("one", "it")


def test_what_grows_too_large_is_not_kept():
    cache = ByteCache(100)
    cache.keep("grows", "it", 20)
    assert cache.keep("grows", "it", 60) == "it"
    assert cache.find("grows") is None
    cache.keep("other", "one", 50)
    assert cache.find("other") == "one"
