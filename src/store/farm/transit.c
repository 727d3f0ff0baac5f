#include "store/farm/transit.h"

#include "base/error.h"
#include "base/fault.h"
#include "base/mem.h"
#include "store/driver/cursor.h"
#include "store/driver/session.h"
#include "store/driver/sql.h"
#include "store/farm/keyed.h"
#include "store/farm/schema_copy.h"

/* One step on one shard. */
struct step {
    struct gn_transit *transit;
    gn_sql_work *work;
    struct gn_sqlite *reader; /* of the first shard, for copy */
    /* what becomes of the slots' state; before is AWAY: it may be any */
    enum gn_slot_state before;
    enum gn_slot_state after;
    unsigned peer;
};

/* --- for each table that has a key -----------------------------------------
 */

typedef enum garner_code on_table(struct step *s, struct gn_sqlite *c,
                                  const struct gn_keyed *keyed,
                                  struct garner_error *err);

/* Calls work for those that tables has; c is what it works on. */
static enum garner_code for_tables(struct step *s, struct gn_sqlite *tables,
                                   struct gn_sqlite *c, on_table *work,
                                   struct garner_error *err)
{
    const struct gn_layout_keys *keys = s->transit->keys;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < keys->count && code == GARNER_OK; i++) {
        struct gn_keyed keyed;

        code = gn_keyed_read(tables, &keys->items[i], &keyed, err);
        if (code == GARNER_OK)
            code = work(s, c, &keyed, err);
        else if (code == GARNER_NOTFOUND)
            code = GARNER_OK;
        gn_keyed_fini(&keyed);
    }
    return code;
}

static enum garner_code make_index(struct step *s, struct gn_sqlite *c,
                                   const struct gn_keyed *keyed,
                                   struct garner_error *err)
{
    (void)s;
    return gn_sql_run(c, keyed->make_index, NULL, 0, NULL, err);
}

static enum garner_code delete_rows(struct step *s, struct gn_sqlite *c,
                                    const struct gn_keyed *keyed,
                                    struct garner_error *err)
{
    const struct gn_transit *t = s->transit;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < t->count && code == GARNER_OK; i++)
        code = gn_sql_run(c, keyed->remove,
                          GARNER_ARGS(garner_integer(t->slots[i])), NULL, err);
    return code;
}

/* --- copying ---------------------------------------------------------------
 */

static enum garner_code pass_row(const struct gn_cursor *cursor,
                                 struct gn_sqlite *to,
                                 const struct gn_keyed *keyed,
                                 struct garner_value *values,
                                 struct garner_error *err)
{
    enum garner_code code;

    for (size_t i = 0; i < keyed->shape.count; i++)
        values[i] = gn_cursor_value(cursor, i);
    code = gn_sql_run(to, keyed->insert, values, keyed->shape.count, NULL, err);
    if (code == GARNER_CONSTRAINT && err != NULL) {
        const struct garner_error reason = *err;

        gn_fail(err, code,
                "table %.60s: a row that is to come is in the way of one that "
                "is there (%.60s); what is UNIQUE must hold the key",
                keyed->shape.table, reason.message);
    }
    return code;
}

static enum garner_code pass_slot(struct gn_sqlite *from, struct gn_sqlite *to,
                                  const struct gn_keyed *keyed, unsigned slot,
                                  struct garner_value *values,
                                  struct garner_error *err)
{
    struct gn_statement s;
    struct gn_cursor *cursor;
    enum garner_code code;

    gn_statement_init(&s, keyed->select, GARNER_ARGS(garner_integer(slot)));
    code = gn_cursor_open(from, &s, &cursor, err);
    if (code != GARNER_OK)
        return code;
    while ((code = gn_cursor_next(cursor, err)) == GARNER_ROW) {
        code = pass_row(cursor, to, keyed, values, err);
        if (code != GARNER_OK)
            break;
    }
    gn_cursor_close(cursor);
    return code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code copy_rows(struct step *s, struct gn_sqlite *c,
                                  const struct gn_keyed *keyed,
                                  struct garner_error *err)
{
    const struct gn_transit *t = s->transit;
    struct garner_value *values =
        gn_alloc(keyed->shape.count * sizeof values[0]);
    enum garner_code code =
        values != NULL ? gn_schema_copy(s->reader, c, keyed->shape.table, err)
                       : gn_fail(err, GARNER_NOMEM, "a row");

    for (size_t i = 0; i < t->count && code == GARNER_OK; i++)
        code = pass_slot(s->reader, c, keyed, t->slots[i], values, err);
    gn_free(values);
    return code;
}

/* --- the steps -------------------------------------------------------------
 */

static enum garner_code mark(struct step *s, struct gn_sqlite *c,
                             struct garner_error *err)
{
    const struct gn_transit *t = s->transit;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < t->count && code == GARNER_OK; i++)
        code = s->before == GN_SLOT_AWAY
                   ? gn_slots_set(c, t->slots[i], s->after, s->peer, err)
                   : gn_slots_move(c, t->slots[i], s->before, s->after, s->peer,
                                   err);
    if (code == GARNER_OK)
        code = gn_slots_changed(c, err);
    GN_FAULT("transit.uncommitted");
    return code;
}

static enum garner_code fence(void *context, struct gn_sqlite *c,
                              struct garner_error *err)
{
    struct step *s = context;
    const enum garner_code code = for_tables(s, c, c, make_index, err);

    return code == GARNER_OK ? mark(s, c, err) : code;
}

static enum garner_code copy(void *context, struct gn_sqlite *c,
                             struct garner_error *err)
{
    struct step *s = context;
    const enum garner_code code = for_tables(s, s->reader, c, copy_rows, err);

    return code == GARNER_OK ? mark(s, c, err) : code;
}

static enum garner_code drop(void *context, struct gn_sqlite *c,
                             struct garner_error *err)
{
    struct step *s = context;
    const enum garner_code code = for_tables(s, c, c, delete_rows, err);

    return code == GARNER_OK ? mark(s, c, err) : code;
}

static enum garner_code only_mark(void *context, struct gn_sqlite *c,
                                  struct garner_error *err)
{
    return mark(context, c, err);
}

/* Foreign keys may reach across slots, which are not all on the same side. */
static enum garner_code in_transaction(void *context, struct gn_sqlite *c,
                                       struct garner_error *err)
{
    struct step *s = context;
    enum garner_code code;

    gn_session_free_keys(c);
    code = gn_sql_transaction(c, s->work, s, err);
    gn_session_bind_keys(c);
    return code;
}

static enum garner_code take_step(const struct step *step, unsigned number,
                                  gn_sql_work *work, struct garner_error *err)
{
    struct gn_fleet *f = step->transit->fleet;
    struct step s = *step;

    s.work = work;
    return gn_fleet_do(f, number, in_transaction, &s,
                       gn_shard_deadline_ns(f->options.timeout_ms), err);
}

enum garner_code gn_transit_settle(struct gn_transit *t,
                                   struct garner_error *err)
{
    const struct step s = {
        .transit = t, .before = GN_SLOT_ARRIVING, .after = GN_SLOT_HERE};
    const enum garner_code code = take_step(&s, t->to, only_mark, err);

    GN_FAULT("transit.settled");
    return code;
}

enum garner_code gn_transit_drop(struct gn_transit *t, struct garner_error *err)
{
    const struct step s = {
        .transit = t,
        .before = GN_SLOT_LEAVING,
        .after = GN_SLOT_GONE,
        .peer = t->to,
    };
    const enum garner_code code = take_step(&s, t->from, drop, err);

    GN_FAULT("transit.dropped");
    return code;
}

/* They have been copied. */
enum garner_code gn_transit_finish(struct gn_transit *t,
                                   struct garner_error *err)
{
    const enum garner_code code = gn_transit_drop(t, err);

    return code == GARNER_OK ? gn_transit_settle(t, err) : code;
}

enum garner_code gn_transit_discard(struct gn_transit *t,
                                    struct garner_error *err)
{
    const struct step s = {
        .transit = t,
        .before = GN_SLOT_ARRIVING,
        .after = GN_SLOT_GONE,
        .peer = t->from,
    };

    return take_step(&s, t->to, drop, err);
}

enum garner_code gn_transit_unfence(struct gn_transit *t,
                                    struct garner_error *err)
{
    const struct step s = {
        .transit = t, .before = GN_SLOT_LEAVING, .after = GN_SLOT_HERE};

    return take_step(&s, t->from, only_mark, err);
}

static enum garner_code read_keys(void *context, struct gn_sqlite *c,
                                  struct garner_error *err)
{
    return gn_layout_keys_read(c, context, err);
}

enum garner_code gn_transit_keys(struct gn_fleet *f,
                                 struct gn_layout_keys *keys,
                                 struct garner_error *err)
{
    *keys = (struct gn_layout_keys){0};
    return gn_fleet_do(f, 0, read_keys, keys,
                       gn_shard_deadline_ns(f->options.timeout_ms), err);
}

static enum garner_code read_slots(void *context, struct gn_sqlite *c,
                                   struct garner_error *err)
{
    return gn_slots_read(c, context, err);
}

enum garner_code gn_transit_slots(struct gn_fleet *f, unsigned number,
                                  struct gn_slots *slots,
                                  struct garner_error *err)
{
    return gn_fleet_do(f, number, read_slots, slots,
                       gn_shard_deadline_ns(f->options.timeout_ms), err);
}

/* A commit that failed may have come to the disk all the same, so it is looked
 * at. Where that fails too, they wait to be mended. */
static enum garner_code give_up(struct gn_transit *t, enum garner_code code,
                                struct garner_error *err)
{
    struct gn_slots *slots = gn_alloc(sizeof *slots);

    if (slots != NULL &&
        gn_transit_slots(t->fleet, t->to, slots, NULL) == GARNER_OK) {
        if (slots->state[t->slots[0]] == GN_SLOT_ARRIVING)
            code = gn_transit_finish(t, err);
        else if (gn_transit_unfence(t, NULL) != GARNER_OK)
            GN_FAULT("transit.fence_left");
    }
    gn_free(slots);
    return code;
}

enum garner_code gn_transit_go(struct gn_transit *t, struct garner_error *err)
{
    const struct step fenced = {
        .transit = t,
        .before = GN_SLOT_HERE,
        .after = GN_SLOT_LEAVING,
        .peer = t->to,
    };
    struct step copied = {
        .transit = t,
        .before = GN_SLOT_AWAY,
        .after = GN_SLOT_ARRIVING,
        .peer = t->from,
    };
    enum garner_code code =
        gn_fleet_reader(t->fleet, t->from, &copied.reader, err);

    if (code != GARNER_OK)
        return code;
    code = take_step(&fenced, t->from, fence, err);
    GN_FAULT("transit.fenced");
    if (code == GARNER_OK) {
        code = take_step(&copied, t->to, copy, err);
        GN_FAULT("transit.copied");
        code = code == GARNER_OK ? gn_transit_finish(t, err)
                                 : give_up(t, code, err);
    }
    gn_sqlite_close(copied.reader);
    return code;
}

/* --- before and after ------------------------------------------------------
 */

static enum garner_code make_indexes(void *context, struct gn_sqlite *c,
                                     struct garner_error *err)
{
    return for_tables(context, c, c, make_index, err);
}

enum garner_code gn_transit_prepare(struct gn_fleet *f, unsigned number,
                                    const struct gn_layout_keys *keys,
                                    struct garner_error *err)
{
    struct gn_transit t = {.fleet = f, .keys = keys};
    const struct step s = {.transit = &t};

    return take_step(&s, number, make_indexes, err);
}

static enum garner_code drop_indexes(void *context, struct gn_sqlite *c,
                                     struct garner_error *err)
{
    (void)context;
    return gn_keyed_drop_indexes(c, err);
}

enum garner_code gn_transit_clean(struct gn_fleet *f, unsigned number,
                                  struct garner_error *err)
{
    struct gn_transit t = {.fleet = f};
    const struct step s = {.transit = &t};

    return take_step(&s, number, drop_indexes, err);
}

/* --- weighing --------------------------------------------------------------
 */

static enum garner_code add_weight(void *context,
                                   const struct garner_value *values,
                                   struct garner_error *err)
{
    int64_t *weights = context;

    (void)err;
    if (values[0].type == GARNER_INTEGER) /* a key that is NULL has no slot */
        weights[values[0].integer % GARNER_SLOTS] += values[1].integer;
    return GARNER_OK;
}

enum garner_code gn_transit_weigh(struct gn_fleet *f, unsigned number,
                                  const struct gn_layout_keys *keys,
                                  int64_t weights[GARNER_SLOTS],
                                  struct garner_error *err)
{
    struct gn_sqlite *reader;
    enum garner_code code = gn_fleet_reader(f, number, &reader, err);

    if (code != GARNER_OK)
        return code;
    for (size_t i = 0; i < keys->count && code == GARNER_OK; i++) {
        struct gn_keyed keyed;

        code = gn_keyed_read(reader, &keys->items[i], &keyed, err);
        if (code == GARNER_OK)
            code = gn_sql_rows(reader, keyed.count, NULL, 0, add_weight,
                               weights, err);
        else if (code == GARNER_NOTFOUND)
            code = GARNER_OK;
        gn_keyed_fini(&keyed);
    }
    gn_sqlite_close(reader);
    return code;
}
