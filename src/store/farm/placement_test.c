/* placement_test.c - the rules that rows lie by: they may never change. */
#include "store/fixture_test.h"

#include "garner/farm.h"
#include "store/farm/placement.h"

static void keys_stay_where_they_are(void **state)
{
    static const unsigned shards[] = {1, 2, 3, 4, 16, 256};
    static const struct {
        const char *key;
        size_t size;
        unsigned slot;
        unsigned shard[6];
    } vectors[] = {
        {"", 0, 805, {0, 1, 1, 1, 14, 252}},
        {"a", 1, 3212, {0, 1, 1, 1, 15, 220}},
        {"17", 2, 1777, {0, 1, 2, 2, 2, 21}},
        {"user:1", 6, 3307, {0, 0, 0, 0, 4, 196}},
        {"user:2", 6, 3742, {0, 1, 2, 2, 2, 218}},
        {"https://example.org/", 20, 2189, {0, 1, 2, 2, 10, 138}},
        {"\0", 1, 2015, {0, 1, 2, 2, 15, 65}},
        {"\xff\0\xff", 3, 1199, {0, 0, 0, 0, 13, 137}},
        {"Z\xc3\xbcrich", 7, 3520, {0, 0, 0, 3, 15, 153}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        assert_int_equal(garner_slot(vectors[i].key, vectors[i].size),
                         vectors[i].slot);
        for (size_t n = 0; n < 6; n++)
            assert_int_equal(garner_slot_shard(vectors[i].slot, shards[n]),
                             vectors[i].shard[n]);
    }
}

static void a_shard_more_takes_its_share_and_moves_nothing_else(void **state)
{
    (void)state;
    for (unsigned n = 1; n < 64; n++) {
        unsigned moved = 0;

        for (unsigned slot = 0; slot < GARNER_SLOTS; slot++) {
            const unsigned before = gn_placement_shard(slot, n);
            const unsigned after = gn_placement_shard(slot, n + 1);

            assert_true(after == before || after == n);
            moved += after != before;
        }
        assert_in_range(moved, GARNER_SLOTS / (n + 1) * 3 / 5,
                        GARNER_SLOTS / (n + 1) * 7 / 5);
    }
}

static void slots_are_spread(void **state)
{
    static unsigned count[GARNER_SLOTS];
    char key[32];

    (void)state;
    for (int i = 0; i < 409600; i++) {
        const int size = snprintf(key, sizeof key, "user:%d", i);

        count[garner_slot(key, (size_t)size)]++;
    }
    for (unsigned slot = 0; slot < GARNER_SLOTS; slot++)
        assert_in_range(count[slot], 50, 150);
    for (unsigned n = 2; n <= 8; n++) {
        unsigned slots[8] = {0};

        for (unsigned slot = 0; slot < GARNER_SLOTS; slot++)
            slots[gn_placement_shard(slot, n)]++;
        for (unsigned i = 0; i < n; i++)
            assert_in_range(slots[i], GARNER_SLOTS / n * 19 / 20,
                            GARNER_SLOTS / n * 107 / 100);
    }
}

static void what_is_out_of_range_is_brought_into_it(void **state)
{
    (void)state;
    assert_int_equal(garner_slot_shard(17, 0), 0);
    assert_int_equal(garner_slot_shard(17, 100000),
                     gn_placement_shard(17, GARNER_SHARDS_MOST));
    assert_int_equal(garner_slot_shard(GARNER_SLOTS + 17, 5),
                     gn_placement_shard(17, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_stay_where_they_are),
        cmocka_unit_test(a_shard_more_takes_its_share_and_moves_nothing_else),
        cmocka_unit_test(slots_are_spread),
        cmocka_unit_test(what_is_out_of_range_is_brought_into_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
