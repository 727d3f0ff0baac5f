/* mend_test.c - every place in which a mover may have died. */
#include "store/farm/fixture_test.h"

#include "store/farm/mend.h"

enum { FROM = 0, TO = 1 };

static struct garner_error err;
static unsigned slot;
static int key;

static int with_two(void **state)
{
    if (with_options(state) != 0 || open_farm(2, NULL) != GARNER_OK)
        return -1;
    exec_all(FARM_TABLE);
    if (garner_farm_key(store, "t", "k", NULL) != GARNER_OK)
        return -1;
    for (key = 0; gn_fleet_route(fleet_of(store), slot_of(key)) != FROM;)
        key++;
    slot = slot_of(key);
    return add_key(store, key, NULL) == GARNER_OK ? 0 : -1;
}

/* The row as the copy of it is. */
static void copy_row(void)
{
    char name[32];

    snprintf(name, sizeof name, "key %d", key);
    assert_int_equal(
        garner_exec(garner_shard_at(store, TO), "insert into t values (?, ?)",
                    GARNER_ARGS(garner_text(name), garner_integer(key)), NULL,
                    &err),
        GARNER_OK);
}

static void delete_row(void)
{
    assert_int_equal(garner_exec(garner_shard_at(store, FROM), "delete from t",
                                 NULL, 0, NULL, &err),
                     GARNER_OK);
}

static void mended(enum gn_slot_state from, enum gn_slot_state to,
                   unsigned where)
{
    for (int again = 0; again < 2; again++) {
        if (gn_mend_help(fleet_of(store), &err) != GARNER_OK)
            fail_msg("%s", err.message);
        assert_int_equal(state_of(FROM, slot), from);
        assert_int_equal(state_of(TO, slot), to);
        assert_int_equal(
            sum_of(garner_shard_at(store, where), "select count(*) from t"), 1);
        assert_int_equal(sum_of(store, "select count(*) from t"), 1);
    }
}

static void fenced_alone_it_stays(void **state)
{
    (void)state;
    set_slot(FROM, slot, GN_SLOT_LEAVING, TO);
    mended(GN_SLOT_HERE, GN_SLOT_AWAY, FROM);
}

static void copied_it_goes_on(void **state)
{
    (void)state;
    copy_row();
    set_slot(FROM, slot, GN_SLOT_LEAVING, TO);
    set_slot(TO, slot, GN_SLOT_ARRIVING, FROM);
    mended(GN_SLOT_GONE, GN_SLOT_HERE, TO);
}

static void dropped_it_is_settled(void **state)
{
    (void)state;
    copy_row();
    delete_row();
    set_slot(TO, slot, GN_SLOT_ARRIVING, FROM);
    set_slot(FROM, slot, GN_SLOT_GONE, TO);
    mended(GN_SLOT_GONE, GN_SLOT_HERE, TO);
}

static void settled_before_it_was_dropped_it_is_dropped(void **state)
{
    (void)state;
    copy_row();
    set_slot(FROM, slot, GN_SLOT_LEAVING, TO);
    set_slot(TO, slot, GN_SLOT_HERE, 0);
    mended(GN_SLOT_GONE, GN_SLOT_HERE, TO);
}

/* A copy whose commit failed, but came to the disk. */
static void a_copy_of_what_stayed_is_discarded(void **state)
{
    (void)state;
    copy_row();
    set_slot(TO, slot, GN_SLOT_ARRIVING, FROM);
    mended(GN_SLOT_HERE, GN_SLOT_GONE, FROM);
}

static void what_is_well_is_left_alone(void **state)
{
    (void)state;
    mended(GN_SLOT_HERE, GN_SLOT_AWAY, FROM);
}

static void many_slots_are_mended_together(void **state)
{
    int64_t left;

    (void)state;
    for (unsigned i = 0; i < GARNER_SLOTS; i++)
        if (gn_fleet_route(fleet_of(store), i) == FROM && i % 20 == 0)
            set_slot(FROM, i, GN_SLOT_LEAVING, TO);
        else if (gn_fleet_route(fleet_of(store), i) == FROM && i % 20 == 1) {
            set_slot(TO, i, GN_SLOT_ARRIVING, FROM);
            set_slot(FROM, i, GN_SLOT_GONE, TO);
        }
    assert_int_equal(gn_mend_help(fleet_of(store), &err), GARNER_OK);
    left = sum_of(garner_shard_at(store, FROM),
                  "select count(*) from garner_slot where state in (2, 3)");
    left += sum_of(garner_shard_at(store, TO),
                   "select count(*) from garner_slot where state in (2, 3)");
    assert_int_equal(left, 0);
    assert_int_equal(sum_of(garner_shard_at(store, FROM),
                            "select count(*) from garner_slot where state = "
                            "1") +
                         sum_of(garner_shard_at(store, TO),
                                "select count(*) from garner_slot where state "
                                "= 1"),
                     GARNER_SLOTS);
}

static void nobody_is_disturbed(void **state)
{
    (void)state;
    set_slot(FROM, slot, GN_SLOT_LEAVING, TO);
    assert_int_equal(gn_moves_begin(fleet_of(store)->moves, 0, NULL),
                     GARNER_OK);
    assert_int_equal(gn_mend_help(fleet_of(store), &err), GARNER_BUSY);
    assert_int_equal(state_of(FROM, slot), GN_SLOT_LEAVING);
    gn_moves_end(fleet_of(store)->moves);
    mended(GN_SLOT_HERE, GN_SLOT_AWAY, FROM);
}

static void who_only_reads_mends_nothing(void **state)
{
    (void)state;
    garner_close(store);
    options.read_only = true;
    assert_int_equal(open_farm(0, NULL), GARNER_OK);
    assert_int_equal(gn_mend_help(fleet_of(store), &err), GARNER_UNSUPPORTED);
}

static void lost_memory_leaves_what_can_be_mended(void **state)
{
    enum garner_code code;

    (void)state;
    copy_row();
    set_slot(FROM, slot, GN_SLOT_LEAVING, TO);
    set_slot(TO, slot, GN_SLOT_ARRIVING, FROM);
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_mend_help(fleet_of(store), &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
    mended(GN_SLOT_GONE, GN_SLOT_HERE, TO);
}

#define TWO(f) cmocka_unit_test_setup_teardown(f, with_two, without_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TWO(fenced_alone_it_stays),
        TWO(copied_it_goes_on),
        TWO(dropped_it_is_settled),
        TWO(settled_before_it_was_dropped_it_is_dropped),
        TWO(a_copy_of_what_stayed_is_discarded),
        TWO(what_is_well_is_left_alone),
        TWO(many_slots_are_mended_together),
        TWO(nobody_is_disturbed),
        TWO(who_only_reads_mends_nothing),
        TWO(lost_memory_leaves_what_can_be_mended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
