#include "store/farm/trim.h"

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/sql.h"
#include "store/farm/shape.h"

struct trimming {
    struct gn_layout layout;
    bool is_empty; /* the shard that was looked at */
    struct gn_slots slots;
};

static int64_t deadline(const struct gn_fleet *f)
{
    return gn_shard_deadline_ns(f->options.timeout_ms);
}

/* --- is it empty? ----------------------------------------------------------
 */

struct looking {
    struct gn_sqlite *connection;
    bool found;
};

static enum garner_code look_into(void *context,
                                  const struct garner_value *values,
                                  struct garner_error *err)
{
    struct looking *l = context;
    struct gn_arena arena = {0};
    const char *name =
        gn_arena_copy(&arena, values[0].bytes.data, values[0].bytes.size);
    const char *quoted = name != NULL ? gn_shape_quote(&arena, name) : NULL;
    const char *sql =
        quoted != NULL ? gn_arena_printf(
                             &arena, "select exists (select 1 from %s)", quoted)
                       : NULL;
    int64_t any = 0;
    enum garner_code code =
        sql != NULL ? gn_sql_integer(l->connection, sql, NULL, 0, &any, err)
                    : gn_fail(err, GARNER_NOMEM, "the tables of a shard");

    l->found = l->found || any != 0;
    gn_arena_clear(&arena);
    return code;
}

/* No slot, and no row but those that say what the file is. */
static enum garner_code look(void *context, struct gn_sqlite *c,
                             struct garner_error *err)
{
    struct trimming *t = context;
    struct looking l = {.connection = c};
    enum garner_code code = gn_slots_read(c, &t->slots, err);

    for (unsigned i = 0; i < GARNER_SLOTS && code == GARNER_OK; i++)
        l.found = l.found || gn_slots_has(&t->slots, i);
    if (code == GARNER_OK)
        code = gn_sql_rows(
            c,
            "select name from pragma_table_list where schema = 'main' and type "
            "in ('table', 'virtual') and name not like 'sqlite\\_%' escape "
            "'\\' and name not in ('garner_shard', 'garner_slot', "
            "'garner_outbox')",
            NULL, 0, look_into, &l, err);
    t->is_empty = code == GARNER_OK && !l.found;
    return code;
}

/* --- removing --------------------------------------------------------------
 */

static enum garner_code write_layout(void *context, struct gn_sqlite *c,
                                     struct garner_error *err)
{
    const struct trimming *t = context;

    return gn_layout_write(c, &t->layout, err);
}

static enum garner_code note(void *context, struct gn_sqlite *c,
                             struct garner_error *err)
{
    return gn_sql_transaction(c, write_layout, context, err);
}

/* The layout stops counting it first: a file too many does no harm. */
static enum garner_code remove_last(struct gn_fleet *f, struct trimming *t,
                                    struct garner_error *err)
{
    enum garner_code code;

    t->layout.files--;
    code = gn_fleet_do(f, 0, note, t, deadline(f), err);
    return code == GARNER_OK ? gn_fleet_remove_last(f, err) : code;
}

static enum garner_code trim(struct gn_fleet *f, struct trimming *t,
                             struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    t->is_empty = true;
    while (code == GARNER_OK && t->is_empty &&
           t->layout.files > t->layout.shards) {
        code = gn_fleet_do(f, t->layout.files - 1, look, t, deadline(f), err);
        if (code == GARNER_OK && t->is_empty)
            code = remove_last(f, t, err);
    }
    return code;
}

enum garner_code gn_trim(struct gn_fleet *f, struct garner_error *err)
{
    struct trimming *t = gn_alloc(sizeof *t);
    enum garner_code code;

    if (t == NULL)
        return gn_fail(err, GARNER_NOMEM, "the slots of a farm");
    code = gn_fleet_layout(f, &t->layout, err);
    if (code == GARNER_OK && t->layout.before == 0 &&
        t->layout.files > t->layout.shards && gn_moves_seclude(f->moves)) {
        code = trim(f, t, err);
        gn_moves_end_seclusion(f->moves);
    }
    gn_free(t);
    return code;
}
