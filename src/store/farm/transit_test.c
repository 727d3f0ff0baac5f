/* transit_test.c - the four steps, each by itself. */
#include "store/farm/fixture_test.h"

#include "base/fault.h"
#include "store/farm/transit.h"

enum { FROM = 0, TO = 1 };

static struct gn_layout_keys keys;
static struct gn_transit transit;
static struct garner_error err;
static char points[256]; /* the failure points passed */

static void note_point(void *context, const char *point)
{
    (void)context;
    if (strncmp(point, "transit.", strlen("transit.")) != 0)
        return;
    snprintf(points + strlen(points), sizeof points - strlen(points), "%s ",
             point + strlen("transit."));
}

static int with_transit(void **state)
{
    if (with_options(state) != 0 || open_farm(2, NULL) != GARNER_OK)
        return -1;
    exec_all(FARM_TABLE);
    exec_all("create table w(k blob primary key, n, twice as (n * 2)) without "
             "rowid");
    exec_all("create table free(a)");
    if (garner_farm_key(store, "t", "k", NULL) != GARNER_OK ||
        garner_farm_key(store, "w", "k", NULL) != GARNER_OK ||
        garner_farm_key(store, "t", NULL, NULL) != GARNER_OK ||
        garner_farm_key(store, "T", "K", NULL) != GARNER_OK ||
        gn_transit_keys(fleet_of(store), &keys, NULL) != GARNER_OK)
        return -1;
    add_keys(0, 100);
    points[0] = '\0';
    transit = (struct gn_transit){
        .fleet = fleet_of(store), .keys = &keys, .from = FROM, .to = TO};
    return 0;
}

static int without_transit(void **state)
{
    gn_fault_set(NULL, NULL);
    gn_layout_keys_fini(&keys);
    return without_store(state);
}

/* The slots of the first count keys that are in shard FROM. */
static void choose(size_t count)
{
    transit.count = 0;
    for (int n = 0; transit.count < count; n++)
        if (gn_fleet_route(fleet_of(store), slot_of(n)) == FROM)
            transit.slots[transit.count++] = slot_of(n);
}

static int64_t rows_of(unsigned shard, unsigned slot)
{
    char sql[128];

    snprintf(sql, sizeof sql,
             "select count(*) from t where garner_slot(k) = %u", slot);
    return sum_of(garner_shard_at(store, shard), sql);
}

static void works(enum garner_code code)
{
    if (code != GARNER_OK)
        fail_msg("%s: %s", garner_code_name(code), err.message);
}

static void a_group_of_slots_goes(void **state)
{
    const int64_t sum = sum_of(store, "select n from t");

    (void)state;
    choose(5);
    assert_int_equal(
        garner_exec(garner_shard_at(store, FROM),
                    "insert into w(k, n) select cast(k as blob), n from t",
                    NULL, 0, NULL, NULL),
        GARNER_OK);
    gn_fault_set(note_point, NULL);
    works(gn_transit_go(&transit, &err));
    gn_fault_set(NULL, NULL);
    assert_string_equal(points, "uncommitted fenced uncommitted copied "
                                "uncommitted dropped uncommitted settled ");
    for (size_t i = 0; i < transit.count; i++) {
        assert_int_equal(rows_of(FROM, transit.slots[i]), 0);
        assert_true(rows_of(TO, transit.slots[i]) > 0);
        assert_int_equal(state_of(FROM, transit.slots[i]), GN_SLOT_GONE);
        assert_int_equal(state_of(TO, transit.slots[i]), GN_SLOT_HERE);
    }
    assert_int_equal(sum_of(store, "select count(*) from t"), 100);
    assert_int_equal(sum_of(store, "select n from t"), sum);
    assert_true(sum_of(garner_shard_at(store, TO), "select count(*) from w") >=
                5);
    assert_int_equal(sum_of(store, "select twice - 2 * n from w"), 0);
    works(gn_transit_clean(fleet_of(store), FROM, &err));
    assert_int_equal(sum_of(store, "select count(*) from sqlite_schema where "
                                   "name glob 'garner_slot_of_*'"),
                     0);
}

/* What is in the way is found before anything is gone. */
static void a_row_in_the_way_stops_it(void **state)
{
    char key[32];
    int n = 0;

    (void)state;
    choose(1);
    while (slot_of(n) != transit.slots[0])
        n++;
    snprintf(key, sizeof key, "key %d", n);
    assert_int_equal(garner_exec(garner_shard_at(store, TO),
                                 "insert into t values (?, -1)",
                                 GARNER_ARGS(garner_text(key)), NULL, NULL),
                     GARNER_OK);
    assert_int_equal(gn_transit_go(&transit, &err), GARNER_CONSTRAINT);
    assert_non_null(strstr(err.message, "shard 1"));
    assert_non_null(strstr(err.message, "table t"));
    assert_int_equal(state_of(FROM, transit.slots[0]), GN_SLOT_HERE);
    assert_int_equal(state_of(TO, transit.slots[0]), GN_SLOT_AWAY);
    assert_true(rows_of(FROM, transit.slots[0]) > 0);
    assert_int_equal(rows_of(TO, transit.slots[0]), 1);
}

static void a_table_that_differs_stops_it(void **state)
{
    (void)state;
    choose(1);
    exec_all("drop table w");
    assert_int_equal(garner_exec(garner_shard_at(store, FROM),
                                 "alter table t add column extra", NULL, 0,
                                 NULL, NULL),
                     GARNER_OK);
    assert_int_equal(gn_transit_go(&transit, &err), GARNER_SQL);
    assert_non_null(strstr(err.message, "extra"));
    assert_int_equal(state_of(FROM, transit.slots[0]), GN_SLOT_HERE);
}

static void a_table_that_is_not_there_is_made(void **state)
{
    (void)state;
    choose(3);
    exec_all("create index by_n on t(n)");
    assert_int_equal(garner_exec(garner_shard_at(store, TO), "drop table t",
                                 NULL, 0, NULL, NULL),
                     GARNER_OK);
    works(gn_transit_go(&transit, &err));
    assert_true(rows_of(TO, transit.slots[0]) > 0);
    assert_int_equal(sum_of(garner_shard_at(store, TO),
                            "select count(*) from sqlite_schema where name = "
                            "'by_n'"),
                     1);
}

static void a_slot_that_is_not_here_does_not_go(void **state)
{
    (void)state;
    choose(1);
    set_slot(FROM, transit.slots[0], GN_SLOT_GONE, 3);
    assert_int_equal(gn_transit_go(&transit, &err), GARNER_CORRUPT);
    assert_int_equal(state_of(FROM, transit.slots[0]), GN_SLOT_GONE);
}

static void slots_are_weighed(void **state)
{
    static int64_t weights[GARNER_SLOTS];
    int64_t sum = 0;

    (void)state;
    for (unsigned n = 0; n < 2; n++)
        works(gn_transit_weigh(fleet_of(store), n, &keys, weights, &err));
    for (unsigned i = 0; i < GARNER_SLOTS; i++)
        sum += weights[i];
    assert_int_equal(sum, 100);
    assert_int_equal(weights[slot_of(5)],
                     rows_of(FROM, slot_of(5)) + rows_of(TO, slot_of(5)));
    works(gn_transit_prepare(fleet_of(store), FROM, &keys, &err));
    assert_int_equal(sum_of(garner_shard_at(store, FROM),
                            "select count(*) from sqlite_schema where name "
                            "glob 'garner_slot_of_*'"),
                     2);
}

/* A commit that fails may have been one all the same: it is looked at. */
static void what_arrived_in_spite_of_an_error_is_finished(void **state)
{
    (void)state;
    choose(2);
    for (unsigned nth = 1; nth < 400; nth++) {
        struct gn_slots slots;
        enum garner_code code;

        gn_mem_fail_at(nth);
        code = gn_transit_go(&transit, &err);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
        works(gn_transit_slots(fleet_of(store), FROM, &slots, &err));
        for (size_t i = 0; i < transit.count; i++)
            assert_true(gn_slots_has(&slots, transit.slots[i]) ||
                        state_of(TO, transit.slots[i]) == GN_SLOT_ARRIVING);
        if (slots.state[transit.slots[0]] == GN_SLOT_LEAVING)
            works(state_of(TO, transit.slots[0]) == GN_SLOT_ARRIVING
                      ? gn_transit_finish(&transit, &err)
                      : gn_transit_unfence(&transit, &err));
        else if (slots.state[transit.slots[0]] == GN_SLOT_GONE)
            works(gn_transit_settle(&transit, &err));
        if (state_of(FROM, transit.slots[0]) == GN_SLOT_GONE)
            break;
    }
    assert_int_equal(state_of(TO, transit.slots[0]), GN_SLOT_HERE);
    assert_int_equal(sum_of(store, "select count(*) from t"), 100);
}

#define GO(f) cmocka_unit_test_setup_teardown(f, with_transit, without_transit)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GO(a_group_of_slots_goes),
        GO(a_row_in_the_way_stops_it),
        GO(a_table_that_differs_stops_it),
        GO(a_table_that_is_not_there_is_made),
        GO(a_slot_that_is_not_here_does_not_go),
        GO(slots_are_weighed),
        GO(what_arrived_in_spite_of_an_error_is_finished),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
