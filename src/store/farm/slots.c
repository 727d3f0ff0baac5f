#include "store/farm/slots.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "store/driver/sql.h"
#include "store/farm/placement.h"

bool gn_slots_has(const struct gn_slots *slots, unsigned slot)
{
    return slots->state[slot] == GN_SLOT_HERE ||
           slots->state[slot] == GN_SLOT_LEAVING ||
           slots->state[slot] == GN_SLOT_ARRIVING;
}

static enum garner_code name_shard(struct gn_sqlite *c,
                                   const struct gn_shard_name *name,
                                   struct garner_error *err)
{
    return gn_sql_run(
        c, "insert into garner_shard values (?, ?, 1)",
        GARNER_ARGS(garner_text(name->farm), garner_integer(name->number)),
        NULL, err);
}

/* All in one statement: they are many. */
static enum garner_code give_slots(struct gn_sqlite *c, unsigned number,
                                   unsigned shards, struct garner_error *err)
{
    struct gn_buf list = {0};
    const char *comma = "[";
    enum garner_code code;

    for (unsigned slot = 0; slot < GARNER_SLOTS; slot++)
        if (gn_placement_shard(slot, shards) == number) {
            gn_buf_printf(&list, "%s%u", comma, slot);
            comma = ",";
        }
    gn_buf_text(&list, *comma == '[' ? "[]" : "]");
    code = gn_buf_failed(&list)
               ? gn_fail(err, GARNER_NOMEM, "the slots of a shard")
               : gn_sql_run(c,
                            "insert into garner_slot select value, 1, 0 from "
                            "json_each(?)",
                            GARNER_ARGS(garner_text(gn_buf_cstr(&list))), NULL,
                            err);
    gn_buf_fini(&list);
    return code;
}

enum garner_code gn_slots_make(struct gn_sqlite *c,
                               const struct gn_shard_name *name,
                               unsigned shards, struct garner_error *err)
{
    static const char *const tables[] = {
        "create table garner_shard (farm text not null, number integer not "
        "null, version integer not null) strict",
        "create table garner_slot (slot integer primary key, state integer not "
        "null, peer integer not null) strict",
    };
    struct gn_shard_name there;
    enum garner_code code = gn_slots_name(c, &there, err);

    if (code != GARNER_NOTFOUND)
        return code;
    code = GARNER_OK;
    for (size_t i = 0; i < 2 && code == GARNER_OK; i++)
        code = gn_sql_run(c, tables[i], NULL, 0, NULL, err);
    if (code == GARNER_OK)
        code = name_shard(c, name, err);
    return code == GARNER_OK && shards > 0
               ? give_slots(c, name->number, shards, err)
               : code;
}

/* --- reading ---------------------------------------------------------------
 */

static enum garner_code take_name(void *context,
                                  const struct garner_value *values,
                                  struct garner_error *err)
{
    struct gn_shard_name *name = context;

    if (values[0].type != GARNER_TEXT ||
        values[0].bytes.size != GN_FARM_ID - 1 ||
        values[1].type != GARNER_INTEGER || values[1].integer < 0 ||
        values[1].integer >= GARNER_SHARDS_MOST)
        return gn_fail(err, GARNER_CORRUPT,
                       "garner_shard does not say whose shard it is; restore a "
                       "backup");
    memcpy(name->farm, values[0].bytes.data, GN_FARM_ID - 1);
    name->farm[GN_FARM_ID - 1] = '\0';
    name->number = (unsigned)values[1].integer;
    return GARNER_OK;
}

enum garner_code gn_slots_name(struct gn_sqlite *c, struct gn_shard_name *name,
                               struct garner_error *err)
{
    int64_t there;
    enum garner_code code = gn_sql_integer(
        c, "select 1 from sqlite_schema where name = 'garner_shard'", NULL, 0,
        &there, err);

    name->farm[0] = '\0';
    if (code == GARNER_OK)
        code = gn_sql_rows(c, "select farm, number from garner_shard", NULL, 0,
                           take_name, name, err);
    if (code == GARNER_OK && name->farm[0] == '\0')
        code = GARNER_NOTFOUND;
    return code;
}

enum garner_code gn_slots_version(struct gn_sqlite *c, int64_t *version,
                                  struct garner_error *err)
{
    const enum garner_code code = gn_sql_integer(
        c, "select version from garner_shard", NULL, 0, version, err);

    return code == GARNER_NOTFOUND
               ? gn_fail(err, GARNER_CORRUPT,
                         "garner_shard is empty; restore a backup")
               : code;
}

static enum garner_code take_slot(void *context,
                                  const struct garner_value *values,
                                  struct garner_error *err)
{
    struct gn_slots *slots = context;
    const int64_t slot = values[0].integer;
    const int64_t state = values[1].integer;
    const int64_t peer = values[2].integer;

    if (slot < 0 || slot >= GARNER_SLOTS || state < GN_SLOT_AWAY ||
        state > GN_SLOT_GONE || peer < 0 || peer >= GARNER_SHARDS_MOST)
        return gn_fail(err, GARNER_CORRUPT,
                       "garner_slot has a row that makes no sense; restore a "
                       "backup");
    slots->state[slot] = (uint8_t)state;
    slots->peer[slot] = (uint8_t)peer;
    return GARNER_OK;
}

enum garner_code gn_slots_read(struct gn_sqlite *c, struct gn_slots *slots,
                               struct garner_error *err)
{
    enum garner_code code;

    memset(slots, 0, sizeof *slots);
    code = gn_sql_rows(c, "select slot, state, peer from garner_slot", NULL, 0,
                       take_slot, slots, err);
    return code == GARNER_OK ? gn_slots_version(c, &slots->version, err) : code;
}

/* --- writing ---------------------------------------------------------------
 */

enum garner_code gn_slots_set(struct gn_sqlite *c, unsigned slot,
                              enum gn_slot_state state, unsigned peer,
                              struct garner_error *err)
{
    return gn_sql_run(c, "insert or replace into garner_slot values (?, ?, ?)",
                      GARNER_ARGS(garner_integer(slot),
                                  garner_integer((int64_t)state),
                                  garner_integer(peer)),
                      NULL, err);
}

enum garner_code gn_slots_move(struct gn_sqlite *c, unsigned slot,
                               enum gn_slot_state before,
                               enum gn_slot_state after, unsigned peer,
                               struct garner_error *err)
{
    int64_t changes;
    enum garner_code code = gn_sql_run(
        c,
        "update garner_slot set state = ?, peer = ? where slot = ? and "
        "state = ?",
        GARNER_ARGS(garner_integer((int64_t)after), garner_integer(peer),
                    garner_integer(slot), garner_integer((int64_t)before)),
        &changes, err);

    if (code == GARNER_OK && changes != 1)
        code = gn_fail(err, GARNER_CORRUPT,
                       "slot %u is not as it was; somebody else changed "
                       "garner_slot",
                       slot);
    return code;
}

enum garner_code gn_slots_changed(struct gn_sqlite *c, struct garner_error *err)
{
    return gn_sql_run(c, "update garner_shard set version = version + 1", NULL,
                      0, NULL, err);
}
