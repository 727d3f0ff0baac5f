#include "cli/load.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/mem.h"
#include "cli/intake.h"
#include "cli/pour.h"
#include "cli/signals.h"
#include "cli/text.h"
#include "garner/store.h"

enum { ROWS = 1000, BYTES = 4 << 20, SETS = 64 };

/* Rows with the same columns, and where each stands in the file. */
struct set {
    struct gn_rowset rows;
    size_t *lines;
    size_t room; /* of lines */
};

struct work {
    const struct gn_load_flags *flags;
    const char *name; /* of the file */
    struct gn_rows_spec spec;
    struct gn_intake *intake;
    struct gn_pour *pour;
    struct garner_store *store;
    struct gn_signals *signals;
    struct set sets[SETS]; /* that wait to be written */
    size_t count;
    size_t rows; /* in them */
    int64_t written;
    int64_t read;
    struct gn_intake_options options;
    struct gn_arena memory; /* what spec has of flags */
    bool emptied;           /* the table, if it is to be */
};

/* --- rows that wait -------------------------------------------------------*/

static void drop(struct work *w)
{
    for (size_t i = 0; i < w->count; i++) {
        gn_rowset_fini(&w->sets[i].rows);
        gn_free(w->sets[i].lines);
        w->sets[i] = (struct set){0};
    }
    w->count = 0;
    w->rows = 0;
}

static bool fits(const struct gn_rowset *rows, const struct gn_intake_row *row)
{
    bool same = rows->column_count == row->count;

    for (size_t i = 0; same && i < row->count; i++)
        same = strcmp(rows->columns[i], row->names[i]) == 0;
    return same;
}

static enum garner_code check_key(const struct work *w,
                                  const struct gn_intake_row *row,
                                  struct garner_error *err)
{
    for (size_t k = 0; k < w->spec.key_count; k++) {
        size_t i = 0;

        while (i < row->count && strcasecmp(row->names[i], w->spec.key[k]) != 0)
            i++;
        if (i == row->count || row->values[i].type == GARNER_NULL)
            return gn_fail(err, GARNER_INVALID,
                           "%.100s:%zu: this row has no %.60s, which --pk "
                           "names",
                           w->name, row->line, w->spec.key[k]);
    }
    return GARNER_OK;
}

/* The set that row goes to, a new one if it has other columns than the last;
 * NULL: no memory. */
static struct set *set_for(struct work *w, const struct gn_intake_row *row,
                           struct garner_error *err)
{
    struct set *last = w->count > 0 ? &w->sets[w->count - 1] : NULL;

    if (last != NULL && fits(&last->rows, row))
        return last;
    last = &w->sets[w->count++];
    return gn_rowset_columns(&last->rows, row->names, row->count, err) ==
                   GARNER_OK
               ? last
               : NULL;
}

static enum garner_code add(struct work *w, const struct gn_intake_row *row,
                            struct garner_error *err)
{
    enum garner_code code = check_key(w, row, err);
    struct set *set;

    if (code != GARNER_OK)
        return code;
    set = set_for(w, row, err);
    if (set == NULL)
        return GARNER_NOMEM;
    if (set->rows.row_count == set->room) {
        const size_t room = set->room * 2 + 64;
        size_t *lines = gn_realloc(set->lines, room * sizeof lines[0]);

        if (lines == NULL)
            return gn_fail(err, GARNER_NOMEM, "out of memory for rows");
        set->lines = lines;
        set->room = room;
    }
    code = gn_rowset_add(&set->rows, row->values, err);
    if (code == GARNER_OK) {
        set->lines[set->rows.row_count - 1] = row->line;
        w->rows++;
    }
    return code;
}

static bool is_full(const struct work *w)
{
    const size_t most =
        w->flags->batch_size > 0 ? (size_t)w->flags->batch_size : ROWS;
    size_t bytes = 0;

    for (size_t i = 0; i < w->count; i++)
        bytes += w->sets[i].rows.bytes;
    return w->rows >= most || bytes >= BYTES || w->count == SETS;
}

/* --- writing --------------------------------------------------------------*/

static enum garner_code write_rows(struct work *w,
                                   const struct gn_pour_set *sets, size_t count,
                                   struct garner_error *err)
{
    int64_t changes = 0;
    const enum garner_code code =
        gn_pour_write(w->pour, sets, count, &changes, err);

    if (code == GARNER_OK)
        w->written += changes;
    return code;
}

/* Says in which line the row is that cannot be written: those before it are
 * written, each alone. */
static enum garner_code find_bad(struct work *w, struct garner_error *err)
{
    struct garner_error why = {0};

    for (size_t i = 0; i < w->count; i++) {
        const struct gn_rowset *all = &w->sets[i].rows;

        for (size_t k = 0; k < all->row_count; k++) {
            struct gn_rowset one = *all;
            const struct gn_pour_set set = {0, &one, NULL};
            enum garner_code code;

            one.values = all->values + k * all->column_count;
            one.row_count = 1;
            code = write_rows(w, &set, 1, &why);
            if (code == GARNER_CONSTRAINT || code == GARNER_INVALID ||
                code == GARNER_SQL)
                return gn_fail(err, code, "%.100s:%zu: %.140s", w->name,
                               w->sets[i].lines[k], why.message);
            if (code != GARNER_OK) {
                *err = why;
                return code;
            }
        }
    }
    return GARNER_OK; /* whatever was in its way is gone */
}

/* The first rows, in place of those that the table has: they stay if one of
 * these is refused. */
static enum garner_code write_anew(struct work *w,
                                   const struct gn_pour_set *sets,
                                   struct garner_error *err)
{
    struct garner_error why = {0};
    struct gn_pour_bad bad = {0};
    int64_t changes = 0;
    const enum garner_code code =
        gn_pour_anew(w->pour, sets, w->count, &changes, &bad, &why);

    if (code != GARNER_OK && bad.is_known)
        return gn_fail(err, code, "%.100s:%zu: %.140s", w->name,
                       w->sets[bad.set].lines[bad.row], why.message);
    if (code != GARNER_OK) {
        *err = why;
        return code;
    }
    w->emptied = true;
    w->written += changes;
    return GARNER_OK;
}

static bool is_to_be_emptied(const struct work *w)
{
    return w->flags->truncate && !w->emptied;
}

static enum garner_code flush(struct work *w, struct garner_error *err)
{
    struct gn_pour_set sets[SETS];
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < w->count; i++)
        sets[i] = (struct gn_pour_set){0, &w->sets[i].rows, NULL};
    if (w->count > 0 && is_to_be_emptied(w)) {
        code = write_anew(w, sets, err);
    } else if (w->count > 0) {
        code = write_rows(w, sets, w->count, err);
        if (code == GARNER_CONSTRAINT || code == GARNER_INVALID ||
            code == GARNER_SQL)
            code = find_bad(w, err);
    }
    drop(w);
    return code;
}

/* Rows before a bad one are written, but not in place of what a table has. */
static enum garner_code load_all(struct work *w, struct garner_error *err)
{
    struct garner_error late = {0};
    struct gn_intake_row row;
    enum garner_code code = GARNER_OK;
    enum garner_code flushed;

    while (code == GARNER_OK) {
        if (gn_signals_times(w->signals) > 0)
            code = gn_fail(err, GARNER_CANCELED, "interrupted");
        if (code == GARNER_OK && w->flags->stop_after > 0 &&
            w->read == w->flags->stop_after)
            code = GARNER_DONE;
        if (code == GARNER_OK)
            code = gn_intake_next(w->intake, &row, err);
        w->read += code == GARNER_OK;
        if (code == GARNER_OK)
            code = add(w, &row, err);
        if (code == GARNER_OK && is_full(w)) {
            code = flush(w, err);
            if (code != GARNER_OK)
                return code;
        }
    }
    if (code != GARNER_DONE && is_to_be_emptied(w))
        return code;
    flushed = flush(w, &late);
    if (flushed != GARNER_OK) {
        *err = late;
        return flushed;
    }
    return code == GARNER_DONE ? GARNER_OK : code;
}

/* --- the command ----------------------------------------------------------*/

static bool stop(void *context)
{
    return gn_signals_times(context) > 0;
}

static enum gn_exit report(const struct work *w, enum garner_code code,
                           const struct garner_error *err)
{
    char count[32];

    gn_text_count((uint64_t)w->written, count);
    if (code != GARNER_OK) {
        gn_complain("%s", err->message);
        gn_complain("%s row%s written to %.100s before that", count,
                    gn_text_plural((uint64_t)w->written), w->spec.table);
    } else if (!w->flags->quiet) {
        fprintf(stderr, "%s row%s written to %s\n", count,
                gn_text_plural((uint64_t)w->written), w->spec.table);
    }
    return code == GARNER_INVALID || code == GARNER_SQL ? GN_EXIT_FAILED
                                                        : gn_exit_for(code);
}

static enum gn_exit load_from(struct work *w, int fd, const char *db)
{
    const struct gn_load_flags *f = w->flags;
    struct garner_options storage = gn_storage_options(&f->storage);
    struct garner_error err = {0};
    enum garner_code code;

    storage.create = true;
    code = garner_open(db, &storage, &w->store, &err);
    if (code == GARNER_OK)
        code = gn_pour_new(w->store, &w->spec, 1, storage.ack, &w->pour, &err);
    if (code == GARNER_OK && !f->alter)
        gn_pour_freeze(w->pour);
    if (code == GARNER_OK)
        code = gn_intake_new(fd, w->name, &w->options, &w->intake, &err);
    if (code == GARNER_OK)
        code = load_all(w, &err);
    drop(w);
    gn_intake_free(w->intake);
    gn_pour_free(w->pour);
    garner_close(w->store);
    return report(w, code, &err);
}

/* What flags say, and what they cannot. */
static enum gn_exit read_flags(struct work *w)
{
    struct garner_error err = {0};
    enum garner_code code;

    if (w->flags->ignore && w->flags->replace)
        return gn_exit_usage("choose one of --ignore and --replace");
    code = gn_loadflags_intake(w->flags, &w->options, &err);
    if (code == GARNER_OK)
        code = gn_loadflags_spec(w->flags, &w->memory, &w->spec, &err);
    if (code == GARNER_INVALID)
        return gn_exit_usage("%s", err.message);
    w->options.stop = stop;
    w->options.context = w->signals;
    return code == GARNER_OK ? GN_EXIT_OK : gn_exit_error(&err);
}

enum gn_exit gn_load(const struct gn_call *call, enum gn_conflict conflict)
{
    const struct gn_load_flags *f = call->settings;
    const struct gn_signals_calls nothing = {0};
    const char *file = call->count > 2 ? call->items[2] : "-";
    const bool is_stdin = strcmp(file, "-") == 0;
    struct garner_error err = {0};
    const int fd = is_stdin ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
    struct work *w;
    enum gn_exit status;

    if (fd < 0)
        return gn_exit_usage("cannot read %.200s: %s", file,
                             strerrordesc_np(errno));
    gn_signals_block();
    w = gn_alloc(sizeof *w);
    if (w == NULL) {
        gn_complain("out of memory");
        status = GN_EXIT_STORE;
    } else if (gn_signals_start(&nothing, &w->signals, &err) != GARNER_OK) {
        status = gn_exit_error(&err);
    } else {
        w->flags = f;
        w->name = is_stdin ? "standard input" : file;
        w->spec = (struct gn_rows_spec){.table = call->items[1],
                                        .key = f->key.items,
                                        .key_count = f->key.count,
                                        .conflict = conflict};
        status = read_flags(w);
        if (status == GN_EXIT_OK)
            status = load_from(w, fd, call->items[0]);
        gn_signals_stop(w->signals);
    }
    if (w != NULL)
        gn_arena_clear(&w->memory);
    gn_free(w);
    if (!is_stdin)
        (void)close(fd);
    return status;
}
