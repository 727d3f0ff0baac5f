#include "extract/csvsql.h"

#include <stdbool.h>
#include <string.h>

#include "extract/csv.h"
#include "extract/csvnames.h"
#include "extract/each.h"
#include "extract/rowtext.h"

enum policy { BAD_FAILS, BAD_SKIPPED, BAD_KEPT };

struct csv_each {
    struct gn_each base;
    struct gn_held text;
    struct gn_csv csv;
    enum policy bad;
    int64_t skipped;
    bool has_header;              /* the first record names the fields */
    struct gn_csvnames names;     /* of the fields; they may have none */
    bool asked;                   /* for rec of this record; and then */
    bool listed;                  /* its members are the names' */
    struct gn_rowtext rec, cells; /* of the record */
};

/* --- the header -----------------------------------------------------------*/

static int add_name(struct csv_each *c, const char *text, size_t size)
{
    return gn_csvnames_add(&c->names, text, size) ? SQLITE_OK : SQLITE_NOMEM;
}

static int read_header(struct csv_each *c)
{
    const enum garner_code code = gn_csv_next(&c->csv);
    int rc = code == GARNER_NOMEM ? SQLITE_NOMEM : SQLITE_OK;

    if (code == GARNER_OK && c->csv.fault != NULL)
        return gn_each_fail(&c->base, "line %zu, the header: %s",
                            c->csv.record_line, c->csv.fault);
    for (size_t i = 0; code == GARNER_OK && i < c->csv.count && rc == SQLITE_OK;
         i++)
        rc = add_name(c, c->csv.fields[i].text, c->csv.fields[i].size);
    return rc;
}

/* --- options --------------------------------------------------------------*/

/* The one byte that an option is; allow_none: it may be empty. */
static int one_byte(struct csv_each *c, const char *name, const char *value,
                    char *out)
{
    const bool empty = value[0] == '\0' && strcmp(name, "quote") == 0;

    if (!empty && (value[0] == '\0' || value[1] != '\0' || value[0] == '\n' ||
                   value[0] == '\r' || (value[0] & 0x80) != 0))
        return gn_each_fail(&c->base,
                            "option %s: one ASCII character, not "
                            "\"%.20s\"",
                            name, value);
    *out = value[0];
    return SQLITE_OK;
}

static int set_policy(struct csv_each *c, const char *value)
{
    static const char *const policies[] = {"fail", "skip", "keep"};

    for (int i = 0; i < 3; i++)
        if (strcmp(value, policies[i]) == 0) {
            c->bad = (enum policy)i;
            return SQLITE_OK;
        }
    return gn_each_fail(&c->base,
                        "option bad: fail, skip or keep, not "
                        "\"%.20s\"",
                        value);
}

static int set_option(struct csv_each *c, sqlite3_stmt *row)
{
    const char *name = (const char *)sqlite3_column_text(row, 0);
    const char *type = (const char *)sqlite3_column_text(row, 1);
    const char *value = (const char *)sqlite3_column_text(row, 2);

    if (name == NULL || type == NULL)
        return SQLITE_NOMEM;
    value = value != NULL ? value : "";
    if (strcmp(name, "header/") == 0)
        return gn_each_fail(&c->base, "option header: [] names no field; name "
                                      "each, or say false");
    if (strncmp(name, "header/", 7) == 0) {
        c->has_header = false;
        return add_name(c, value, strlen(value));
    }
    if (strcmp(name, "header") == 0 &&
        (strcmp(type, "true") == 0 || strcmp(type, "false") == 0)) {
        c->has_header = type[0] == 't';
        return SQLITE_OK;
    }
    if (strcmp(name, "delimiter") == 0)
        return one_byte(c, name, value, &c->csv.delimiter);
    if (strcmp(name, "quote") == 0)
        return one_byte(c, name, value, &c->csv.quote);
    if (strcmp(name, "bad") == 0)
        return set_policy(c, value);
    return gn_each_fail(&c->base,
                        "option %.40s: there are header (true, false, "
                        "[names]), delimiter, quote, bad",
                        name);
}

/* Options are a JSON object, which SQLite reads. */
static int read_options(struct csv_each *c, sqlite3_value *options)
{
    static const char sql[] =
        "select o.key || iif(o.type = 'array', '/' || ifnull(n.key, ''), ''), "
        "coalesce(n.type, o.type), coalesce(n.atom, o.atom) from json_each(?1) "
        "o left join json_each(?1, '$.header') n on o.type = 'array'";
    const struct gn_csvsql *context = c->base.context;
    sqlite3_stmt *stmt;
    int result = SQLITE_OK;
    int rc = sqlite3_prepare_v2(context->db, sql, -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(stmt, 1, options);
    while (rc == SQLITE_OK && result == SQLITE_OK &&
           (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        result = set_option(c, stmt);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    if (result == SQLITE_OK && rc == SQLITE_ERROR)
        result = gn_each_fail(&c->base, "options are no JSON object, such as "
                                        "{\"delimiter\":\";\"}");
    return result == SQLITE_OK && rc != SQLITE_DONE ? rc : result;
}

/* --- csv_each -------------------------------------------------------------*/

static const char *fault_of(const struct csv_each *c)
{
    if (c->csv.fault == NULL && c->names.count > 0 &&
        c->csv.count != c->names.count)
        return c->csv.count < c->names.count ? "fewer fields than the header"
                                             : "more fields than the header";
    return c->csv.fault;
}

static void skip(struct csv_each *c)
{
    struct gn_csvsql *context = c->base.context;
    struct gn_csv_skipped *all = &context->skipped;
    const bool is_body = c->text.copy == NULL;

    c->skipped++;
    if (all->count == 0)
        *all = (struct gn_csv_skipped){0, c->csv.record_line, fault_of(c)};
    if (is_body && c->skipped <= context->skipped_of_body)
        return; /* SQLite reads it again */
    all->count++;
    context->skipped_of_body += is_body;
}

static int fail_bad(struct csv_each *c)
{
    if (c->csv.fault != NULL)
        return gn_each_fail(&c->base, "line %zu: %s", c->csv.record_line,
                            c->csv.fault);
    return gn_each_fail(&c->base, "line %zu: %s: %zu instead of %zu",
                        c->csv.record_line, fault_of(c), c->csv.count,
                        c->names.count);
}

/* Stands on the next record that is to be seen. */
static int advance(struct csv_each *c)
{
    enum garner_code code = gn_csv_next(&c->csv);

    c->asked = false;
    gn_arrow_unlist(c->rec.arrow, c->names.members);
    gn_rowtext_next(&c->rec);
    gn_rowtext_next(&c->cells);
    while (code == GARNER_OK && c->bad == BAD_SKIPPED && fault_of(c) != NULL) {
        skip(c);
        code = gn_csv_next(&c->csv);
    }
    if (code == GARNER_NOMEM)
        return SQLITE_NOMEM;
    c->base.done = code == GARNER_DONE;
    if (code == GARNER_OK && c->bad == BAD_FAILS && fault_of(c) != NULL)
        return fail_bad(c);
    return SQLITE_OK;
}

static int csv_open(struct gn_each *e, sqlite3_value **args)
{
    struct csv_each *c = (struct csv_each *)e;
    const struct gn_csvsql *context = e->context;
    int rc = SQLITE_OK;

    c->rec.arrow = c->cells.arrow = context->arrow;
    if (!gn_held_init(&c->text, &context->body, args[0]))
        return SQLITE_NOMEM;
    if (c->text.data == NULL)
        return SQLITE_OK;
    gn_csv_init(&c->csv, c->text.data, c->text.size);
    c->has_header = true;
    if (args[1] != NULL && sqlite3_value_type(args[1]) != SQLITE_NULL)
        rc = read_options(c, args[1]);
    if (rc == SQLITE_OK && c->has_header)
        rc = read_header(c);
    return rc == SQLITE_OK ? advance(c) : rc;
}

static int csv_next(struct gn_each *e)
{
    return advance((struct csv_each *)e);
}

static void csv_close(struct gn_each *e)
{
    struct csv_each *c = (struct csv_each *)e;

    if (c->rec.arrow != NULL)
        gn_arrow_unlist(c->rec.arrow, c->names.members);
    gn_csvnames_fini(&c->names);
    gn_rowtext_fini(&c->rec);
    gn_rowtext_fini(&c->cells);
    gn_csv_fini(&c->csv);
    gn_held_fini(&c->text);
}

enum csv_column {
    CSV_REC = GN_CSVSQL_REC,
    CSV_CELLS,
    CSV_LINE,
    CSV_FAULT = CSV_LINE + 4 /* after the arguments */
};

/* A text in the body stays, one that was undone goes with its record. */
static void list_fields(struct csv_each *c)
{
    gn_arrow_list(c->rec.arrow, c->names.members,
                  gn_csvnames_fields(&c->names, &c->csv),
                  c->text.copy == NULL && c->csv.undone.size == 0);
}

static int give_record(struct csv_each *c, sqlite3_context *to)
{
    struct gn_arrow *arrow = c->rec.arrow;
    struct gn_buf *out;
    int rc;

    if (!c->asked)
        c->listed = gn_csvnames_list(&c->names, &c->csv);
    c->asked = true;
    if (c->listed && arrow->alone) {
        if (arrow->members != c->names.members)
            list_fields(c);
        gn_arrow_hand(arrow, to);
        return SQLITE_OK;
    }
    out = gn_rowtext_begin(&c->rec);
    if (out != NULL)
        gn_csvnames_object(&c->names, &c->csv, c->listed, out);
    rc = gn_rowtext_give(&c->rec, to);
    if (c->listed && rc == SQLITE_OK)
        list_fields(c);
    return rc;
}

static int csv_column(struct gn_each *e, sqlite3_context *to, int column)
{
    struct csv_each *c = (struct csv_each *)e;
    struct gn_buf *out;

    switch ((enum csv_column)column) {
    case CSV_LINE:
        sqlite3_result_int64(to, (sqlite3_int64)c->csv.record_line);
        return SQLITE_OK;
    case CSV_FAULT:
        if (fault_of(c) != NULL)
            sqlite3_result_text(to, fault_of(c), -1, SQLITE_STATIC);
        return SQLITE_OK;
    case CSV_REC:
        return c->names.count > 0 ? give_record(c, to) : SQLITE_OK;
    case CSV_CELLS:
        out = gn_rowtext_begin(&c->cells);
        if (out != NULL)
            gn_csvnames_array(&c->csv, out);
        return gn_rowtext_give(&c->cells, to);
    }
    return SQLITE_OK;
}

/* --- lines_each -----------------------------------------------------------*/

struct lines_each {
    struct gn_each base;
    struct gn_held text;
    const char *at;   /* the line */
    const char *end;  /* of the line, without its ending */
    const char *next; /* line */
};

static void find_line(struct lines_each *l)
{
    const char *stop = l->text.data + l->text.size;
    const char *end;

    l->at = l->next;
    l->base.done = l->at == stop;
    if (l->base.done)
        return;
    end = memchr(l->at, '\n', (size_t)(stop - l->at));
    l->next = end != NULL ? end + 1 : stop;
    l->end = end != NULL ? end : stop;
    if (l->end > l->at && l->end[-1] == '\r')
        l->end--;
}

static int lines_open(struct gn_each *e, sqlite3_value **args)
{
    struct lines_each *l = (struct lines_each *)e;
    const struct gn_csvsql *context = e->context;

    if (!gn_held_init(&l->text, &context->body, args[0]))
        return SQLITE_NOMEM;
    l->next = l->text.data;
    if (l->next != NULL)
        find_line(l);
    return SQLITE_OK;
}

static int lines_next(struct gn_each *e)
{
    find_line((struct lines_each *)e);
    return SQLITE_OK;
}

static int lines_column(struct gn_each *e, sqlite3_context *to, int column)
{
    const struct lines_each *l = (struct lines_each *)e;

    (void)column;
    sqlite3_result_text64(to, l->at, (sqlite3_uint64)(l->end - l->at),
                          SQLITE_TRANSIENT, SQLITE_UTF8);
    return SQLITE_OK;
}

static void lines_close(struct gn_each *e)
{
    gn_held_fini(&((struct lines_each *)e)->text);
}

static struct gn_arrow *csv_arrow(void *context)
{
    return ((struct gn_csvsql *)context)->arrow;
}

int gn_csvsql_register(sqlite3 *db, struct gn_csvsql *c)
{
    static const struct gn_each_kind kinds[] = {
        {.name = "csv_each",
         .columns = "i, rec, cells, line, doc hidden, options hidden, "
                    "surplus hidden, fault hidden",
         .signature = "doc[, options]",
         .first = 4,
         .least = 1,
         .most = 2,
         .size = sizeof(struct csv_each),
         .open = csv_open,
         .next = csv_next,
         .column = csv_column,
         .close = csv_close,
         .arrow = csv_arrow},
        {.name = "lines_each",
         .columns = "i, text, doc hidden, surplus hidden",
         .signature = "doc",
         .first = 2,
         .least = 1,
         .most = 1,
         .size = sizeof(struct lines_each),
         .open = lines_open,
         .next = lines_next,
         .column = lines_column,
         .close = lines_close},
    };
    int rc = SQLITE_OK;

    c->db = db;
    for (size_t i = 0; rc == SQLITE_OK && i < sizeof kinds / sizeof kinds[0];
         i++)
        rc = gn_each_register(db, &kinds[i], c);
    return rc;
}

void gn_csvsql_forget(struct gn_csvsql *c)
{
    c->skipped = (struct gn_csv_skipped){0};
    c->skipped_of_body = 0;
}
