/* slots_test.c - which slots a shard has, in its tables. */
#include "store/writer_test.h"

#include "store/driver/transaction.h"
#include "store/farm/placement.h"
#include "store/farm/slots.h"

#define FARM "0123456789abcdef0123456789abcdef"

static struct gn_slots slots;

static void make(unsigned shard, unsigned shards)
{
    struct gn_shard_name name = {.farm = FARM, .number = shard};

    works(gn_transaction_begin(c, &err));
    works(gn_slots_make(c, &name, shards, &err));
    works(gn_transaction_commit(c, &err));
}

static void a_shard_has_its_share(void **state)
{
    unsigned has = 0;

    (void)state;
    make(1, 3);
    works(gn_slots_read(c, &slots, &err));
    assert_int_equal(slots.version, 1);
    for (unsigned i = 0; i < GARNER_SLOTS; i++) {
        assert_int_equal(gn_slots_has(&slots, i),
                         gn_placement_shard(i, 3) == 1);
        has += gn_slots_has(&slots, i);
    }
    assert_in_range(has, 1300, 1430);
    make(1, 1); /* it is there: nothing happens */
    assert_int_equal(number("select count(*) from garner_slot"), has);
    assert_int_equal(number("select count(*) from garner_shard"), 1);
}

static void a_new_one_has_none(void **state)
{
    struct gn_shard_name name;

    (void)state;
    assert_int_equal(gn_slots_name(c, &name, &err), GARNER_NOTFOUND);
    make(7, 0);
    assert_int_equal(number("select count(*) from garner_slot"), 0);
    works(gn_slots_name(c, &name, &err));
    assert_string_equal(name.farm, FARM);
    assert_int_equal(name.number, 7);
}

static void states_change_one_by_one(void **state)
{
    int64_t version;

    (void)state;
    make(0, 1);
    works(gn_slots_move(c, 5, GN_SLOT_HERE, GN_SLOT_LEAVING, 3, &err));
    works(gn_slots_set(c, 6, GN_SLOT_GONE, 9, &err));
    works(gn_slots_changed(c, &err));
    works(gn_slots_version(c, &version, &err));
    assert_int_equal(version, 2);
    works(gn_slots_read(c, &slots, &err));
    assert_int_equal(slots.version, 2);
    assert_int_equal(slots.state[5], GN_SLOT_LEAVING);
    assert_int_equal(slots.peer[5], 3);
    assert_true(gn_slots_has(&slots, 5));
    assert_int_equal(slots.state[6], GN_SLOT_GONE);
    assert_false(gn_slots_has(&slots, 6));
    assert_int_equal(
        gn_slots_move(c, 5, GN_SLOT_HERE, GN_SLOT_LEAVING, 3, &err),
        GARNER_CORRUPT);
    says("slot 5");
}

static void damage_is_told(void **state)
{
    static const char *const bad[] = {
        "insert or replace into garner_slot values (4096, 1, 0)",
        "insert or replace into garner_slot values (-1, 1, 0)",
        "insert or replace into garner_slot values (1, 5, 0)",
        "insert or replace into garner_slot values (1, -1, 0)",
        "insert or replace into garner_slot values (1, 1, 256)",
    };
    struct gn_shard_name name;

    (void)state;
    make(0, 1);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        works(gn_transaction_begin(c, &err));
        run(c, bad[i]);
        assert_int_equal(gn_slots_read(c, &slots, &err), GARNER_CORRUPT);
        gn_transaction_rollback(c);
    }
    run(c, "update garner_shard set number = 256");
    assert_int_equal(gn_slots_name(c, &name, &err), GARNER_CORRUPT);
    run(c, "update garner_shard set number = 1, farm = 'x'");
    assert_int_equal(gn_slots_name(c, &name, &err), GARNER_CORRUPT);
    run(c, "delete from garner_shard");
    assert_int_equal(gn_slots_name(c, &name, &err), GARNER_NOTFOUND);
    assert_int_equal(gn_slots_read(c, &slots, &err), GARNER_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(a_shard_has_its_share),
        WITH(a_new_one_has_none),
        WITH(states_change_one_by_one),
        WITH(damage_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
