/*
 * fixture_test.h - what the tests of farms share: the fixture's folder is the
 * farm's. Tests only.
 */
#ifndef GN_STORE_FARM_FIXTURE_TEST_H
#define GN_STORE_FARM_FIXTURE_TEST_H

#include "store/door_test.h"

#include <inttypes.h>

#include "store/driver/sql.h"
#include "store/handle.h"

static UNUSED enum garner_code open_farm(unsigned shards,
                                         struct garner_error *err)
{
    char url[128];

    snprintf(url, sizeof url, "%s?shards=%u", fixture.folder, shards);
    return garner_open(shards > 0 ? url : fixture.folder, &options, &store,
                       err);
}

static UNUSED int with_farm(void **state)
{
    return with_options(state) == 0 && open_farm(4, NULL) == GARNER_OK ? 0 : -1;
}

static UNUSED void exec_all(const char *sql)
{
    struct garner_error err;

    if (garner_exec_all(store, sql, NULL, 0, NULL, &err) != GARNER_OK)
        fail_msg("%s", err.message);
}

#define FARM_TABLE "create table t(k text primary key, n integer)"

static UNUSED enum garner_code add_key(struct garner_store *farm, int n,
                                       struct garner_error *err)
{
    char key[32];
    const int size = snprintf(key, sizeof key, "key %d", n);

    return garner_exec(
        garner_shard(farm, key, (size_t)size), "insert into t values (?, ?)",
        GARNER_ARGS(garner_text(key), garner_integer(n)), NULL, err);
}

static UNUSED void add_keys(int from, int to)
{
    struct garner_error err;

    for (int n = from; n < to; n++)
        if (add_key(store, n, &err) != GARNER_OK)
            fail_msg("%d: %s", n, err.message);
}

/* The sum of the first column over all rows. */
static UNUSED int64_t sum_of(struct garner_store *farm, const char *sql)
{
    struct garner_rows *rows;
    struct garner_error err;
    enum garner_code code;
    int64_t sum = 0;

    if (garner_query(farm, sql, NULL, 0, &rows, &err) != GARNER_OK)
        fail_msg("%s", err.message);
    while ((code = garner_next(rows, &err)) == GARNER_ROW)
        sum += garner_column(rows, 0).integer;
    if (code != GARNER_DONE)
        fail_msg("%s", err.message);
    garner_rows_close(rows);
    return sum;
}

/* --- behind the public door ------------------------------------------------
 */

static UNUSED struct gn_fleet *fleet_of(struct garner_store *farm)
{
    return farm->farm->fleet;
}

static UNUSED struct gn_commit *commit_of(struct garner_store *farm, unsigned n)
{
    struct gn_shard *s;

    assert_int_equal(gn_fleet_shard(fleet_of(farm), n, &s, NULL), GARNER_OK);
    return s->commit;
}

/* A state of a slot, as another process would set it. */
struct setting {
    unsigned slot;
    enum gn_slot_state state;
    unsigned peer;
};

static UNUSED enum garner_code set_within(void *context, struct gn_sqlite *c,
                                          struct garner_error *err)
{
    const struct setting *s = context;
    enum garner_code code = gn_slots_set(c, s->slot, s->state, s->peer, err);

    return code == GARNER_OK ? gn_slots_changed(c, err) : code;
}

static UNUSED enum garner_code set_alone(void *context, struct gn_sqlite *c,
                                         struct garner_error *err)
{
    return gn_sql_transaction(c, set_within, context, err);
}

static UNUSED void set_slot(unsigned shard, unsigned slot,
                            enum gn_slot_state state, unsigned peer)
{
    struct setting s = {slot, state, peer};
    struct garner_error err;

    if (gn_fleet_do(fleet_of(store), shard, set_alone, &s, SECONDS(20), &err) !=
        GARNER_OK)
        fail_msg("%s", err.message);
}

static UNUSED enum garner_code
read_all_slots(void *context, struct gn_sqlite *c, struct garner_error *err)
{
    return gn_slots_read(c, context, err);
}

static UNUSED enum gn_slot_state state_of(unsigned shard, unsigned slot)
{
    static struct gn_slots slots;

    assert_int_equal(gn_fleet_do(fleet_of(store), shard, read_all_slots, &slots,
                                 SECONDS(20), NULL),
                     GARNER_OK);
    return (enum gn_slot_state)slots.state[slot];
}

/* The slot, and the shard, of add_key's key n. */
static UNUSED unsigned slot_of(int n)
{
    char key[32];
    const int size = snprintf(key, sizeof key, "key %d", n);

    return garner_slot(key, (size_t)size);
}

static UNUSED struct garner_store *shard_of_key(int n)
{
    char key[32];
    const int size = snprintf(key, sizeof key, "key %d", n);

    return garner_shard(store, key, (size_t)size);
}

#endif
