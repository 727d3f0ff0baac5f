#include "store/record/filter.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "garner/read.h"
#include "store/driver/regexp.h"
#include "store/record/tables.h"

static const struct garner_filter all; /* names all records */

void gn_record_sql_fini(struct gn_record_sql *sql)
{
    gn_buf_fini(&sql->text);
    gn_buf_fini(&sql->ids);
}

void gn_record_sql_text(struct gn_record_sql *sql, const char *text)
{
    gn_buf_text(&sql->text, text);
}

void gn_record_sql_bind(struct gn_record_sql *sql, const char *text,
                        struct garner_value value)
{
    GN_CHECK(sql->count < GN_RECORD_SQL_ARGS);
    gn_buf_text(&sql->text, text);
    sql->args[sql->count++] = value;
}

/* --- checking ---------------------------------------------------------------
 */

static enum garner_code check_pattern(const char *name, const char *pattern,
                                      struct garner_error *err)
{
    const size_t size = pattern != NULL ? strlen(pattern) : 0;
    size_t good;

    if (size > GARNER_PATTERN_MAX)
        return gn_fail(err, GARNER_INVALID,
                       "%s of %zu bytes in a filter; at most %d may be", name,
                       size, GARNER_PATTERN_MAX);
    good = size > 0 ? gn_utf8_good(pattern, size) : 0;
    return good < size
               ? gn_fail(err, GARNER_INVALID,
                         "%s in a filter is not UTF-8 at byte %zu", name, good)
               : GARNER_OK;
}

enum garner_code gn_record_filter_check(const struct garner_filter *filter,
                                        struct garner_error *err)
{
    const struct garner_filter *f = filter != NULL ? filter : &all;
    enum garner_code code;

    if (f->ids == NULL && f->id_count > 0)
        return gn_fail(err, GARNER_MISUSE, "a filter of NULL for %zu ids",
                       f->id_count);
    if (f->limit < 0)
        return gn_fail(err, GARNER_MISUSE,
                       "a filter's limit is 0 (none) or more");
    if (f->order != GARNER_OLDEST && f->order != GARNER_NEWEST)
        return gn_fail(err, GARNER_MISUSE, "a filter's order is none: %d",
                       (int)f->order);
    code = check_pattern("words", f->words, err);
    if (code == GARNER_OK)
        code = check_pattern("glob", f->glob, err);
    if (code == GARNER_OK)
        code = check_pattern("like", f->like, err);
    if (code == GARNER_OK)
        code = check_pattern("regexp", f->regexp, err);
    if (code == GARNER_OK && f->regexp != NULL)
        code = gn_regexp_check(f->regexp, strlen(f->regexp), err);
    return code;
}

/* --- SQL --------------------------------------------------------------------
 */

void gn_record_filter_json(struct gn_buf *json, const int64_t *ids,
                           size_t count)
{
    gn_buf_byte(json, '[');
    for (size_t i = 0; i < count; i++)
        gn_buf_printf(json, i > 0 ? ",%" PRId64 : "%" PRId64, ids[i]);
    gn_buf_byte(json, ']');
}

static struct garner_value ids_of(struct gn_record_sql *sql,
                                  const struct garner_filter *f)
{
    gn_record_filter_json(&sql->ids, f->ids, f->id_count);
    return garner_text_n(gn_buf_cstr(&sql->ids), sql->ids.size);
}

/* What leaves the fewest goes first, before what SQLite would choose. */
static void append_source(struct gn_record_sql *sql, const char *collection,
                          const struct garner_filter *f)
{
    gn_record_sql_text(sql, "select r.id from ");
    if (f->words != NULL)
        gn_record_sql_bind(sql,
                           "garner_record_words w cross join garner_record r"
                           " on r.id = w.rowid"
                           " where w.garner_record_words match ? and ",
                           garner_text(f->words));
    else if (f->ids != NULL)
        gn_record_sql_bind(sql,
                           "(select distinct value from json_each(?)) j"
                           " cross join garner_record r on r.id = j.value"
                           " where ",
                           ids_of(sql, f));
    else
        gn_record_sql_text(sql, "garner_record r where ");
    gn_record_sql_bind(sql, "r.collection = " GN_RECORD_COLLECTION,
                       garner_text(collection));
}

static void append_conditions(struct gn_record_sql *sql,
                              const struct garner_filter *f)
{
    if (f->words != NULL && f->ids != NULL)
        gn_record_sql_bind(sql, " and r.id in (select value from json_each(?))",
                           ids_of(sql, f));
    if (f->since_us != 0)
        gn_record_sql_bind(sql, " and r.time_us >= ?",
                           garner_integer(f->since_us));
    if (f->until_us != 0)
        gn_record_sql_bind(sql, " and r.time_us < ?",
                           garner_integer(f->until_us));
    if (f->set_aside)
        gn_record_sql_text(sql, " and r.due_us is null");
    if (f->glob != NULL)
        gn_record_sql_bind(sql, " and r.notes glob ?", garner_text(f->glob));
    if (f->like != NULL)
        gn_record_sql_bind(sql, " and r.notes like ?", garner_text(f->like));
    if (f->regexp != NULL)
        gn_record_sql_bind(sql, " and r.notes regexp ?",
                           garner_text(f->regexp));
}

/* The limit is there even when it is none: SQLite leaves the order of a query
 * in a query alone only then. */
static void append_order(struct gn_record_sql *sql, const char *column,
                         enum garner_order order, int64_t limit)
{
    const char *direction = order == GARNER_NEWEST ? " desc" : "";

    gn_record_sql_text(sql, " order by ");
    gn_record_sql_text(sql, column);
    gn_record_sql_text(sql, direction);
    gn_record_sql_text(sql, ", r.id");
    gn_record_sql_text(sql, direction);
    gn_record_sql_bind(sql, " limit ?", garner_integer(limit > 0 ? limit : -1));
}

void gn_record_filter_select(struct gn_record_sql *sql, const char *collection,
                             const struct garner_filter *filter)
{
    const struct garner_filter *f = filter != NULL ? filter : &all;

    append_source(sql, collection, f);
    append_conditions(sql, f);
    /* Few are set aside: they are found by due_us, then sorted. */
    append_order(sql, f->set_aside ? "+r.time_us" : "r.time_us", f->order,
                 f->limit);
}

void gn_record_filter_select_due(struct gn_record_sql *sql,
                                 const char *collection,
                                 const struct garner_filter *filter,
                                 int64_t now_us)
{
    const struct garner_filter *f = filter != NULL ? filter : &all;

    append_source(sql, collection, f);
    gn_record_sql_bind(sql, " and r.due_us <= ?", garner_integer(now_us));
    append_conditions(sql, f);
    append_order(sql, "r.due_us", f->order, 1);
}

/* --- what went wrong --------------------------------------------------------
 */

/* The error of words by themselves; OK: it is not theirs. */
static enum garner_code try_words(struct garner_store *store, const char *words,
                                  struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code =
        garner_query(store,
                     "select 1 from garner_record_words"
                     " where garner_record_words match ? limit 1",
                     GARNER_ARGS(garner_text(words)), &rows, err);

    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    garner_rows_close(rows);
    return code == GARNER_SQL ? code : GARNER_OK;
}

/* The SQL is ours, and tells nobody anything. */
static void cut_sql(char *message)
{
    char *end = strstr(message, ", in: ");

    if (end != NULL)
        *end = '\0';
}

enum garner_code gn_record_filter_explain(struct garner_store *store,
                                          const struct garner_filter *filter,
                                          enum garner_code code,
                                          struct garner_error *err)
{
    struct garner_error why;

    code = gn_record_tables_explain(store, code, err);
    if (code != GARNER_SQL || filter == NULL)
        return code;
    if (strstr(err->message, "regular expression: ") == err->message) {
        cut_sql(err->message);
        return err->code = GARNER_INVALID;
    }
    if (filter->words == NULL ||
        try_words(store, filter->words, &why) != GARNER_SQL)
        return code;
    cut_sql(why.message);
    return gn_fail(err, GARNER_INVALID,
                   "the words '%.60s' in a filter: %.80s; "
                   "https://sqlite.org/fts5.html section 3 has their form",
                   filter->words, why.message);
}
