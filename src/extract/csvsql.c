#include "extract/csvsql.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "extract/csv.h"
#include "extract/each.h"
#include "extract/repair.h"
#include "extract/rowtext.h"

enum policy { BAD_FAILS, BAD_SKIPPED, BAD_KEPT };

struct name {
    char *text;
    size_t size;
};

struct csv_each {
    struct gn_each base;
    struct gn_held text;
    struct gn_csv csv;
    enum policy bad;
    bool has_header;    /* the first record names the fields */
    struct name *names; /* of the fields; NULL: they have none */
    size_t name_count;
    bool names_escaped;           /* in JSON one has escapes */
    struct gn_rowtext rec, cells; /* of the record */
};

/* Whether a text stands in JSON as it is. */
static bool is_plain(const char *text, size_t size)
{
    unsigned char all = 0;
    bool special = false;

    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)text[i];

        all |= c;
        special = special || c < ' ' || c == '"' || c == '\\';
    }
    return !special && (all < 0x80 || gn_repair_good(text, size) == size);
}

/* --- the header -----------------------------------------------------------*/

static int add_name(struct csv_each *c, const char *text, size_t size)
{
    struct name *names =
        gn_realloc(c->names, (c->name_count + 1) * sizeof names[0]);
    char *copy = gn_memdup(text, size);

    if (names != NULL)
        c->names = names;
    if (names == NULL || copy == NULL) {
        gn_free(copy);
        return SQLITE_NOMEM;
    }
    names[c->name_count++] = (struct name){copy, strlen(copy)};
    c->names_escaped = c->names_escaped || !is_plain(copy, strlen(copy));
    return SQLITE_OK;
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
        "select o.key || iif(o.type = 'array', '/' || n.key, ''), "
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
    if (c->csv.fault == NULL && c->names != NULL &&
        c->csv.count != c->name_count)
        return c->csv.count < c->name_count ? "fewer fields than the header"
                                            : "more fields than the header";
    return c->csv.fault;
}

/* Stands on the next record that is to be seen. */
static int advance(struct csv_each *c)
{
    enum garner_code code = gn_csv_next(&c->csv);

    gn_rowtext_next(&c->rec);
    gn_rowtext_next(&c->cells);
    while (code == GARNER_OK && c->bad == BAD_SKIPPED && fault_of(c) != NULL)
        code = gn_csv_next(&c->csv);
    if (code == GARNER_NOMEM)
        return SQLITE_NOMEM;
    c->base.done = code == GARNER_DONE;
    if (code == GARNER_OK && c->bad == BAD_FAILS && fault_of(c) != NULL)
        return gn_each_fail(&c->base, "line %zu: %s (%zu fields)",
                            c->csv.record_line, fault_of(c), c->csv.count);
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

    for (size_t i = 0; i < c->name_count; i++)
        gn_free(c->names[i].text);
    gn_free(c->names);
    gn_rowtext_fini(&c->rec);
    gn_rowtext_fini(&c->cells);
    gn_csv_fini(&c->csv);
    gn_held_fini(&c->text);
}

enum csv_column {
    CSV_REC = 1,
    CSV_CELLS,
    CSV_LINE,
    CSV_FAULT = CSV_LINE + 4 /* after the arguments */
};

/* Bytes of the record as JSON; 0: something in it has to be escaped. */
static size_t plain_size(const struct csv_each *c, size_t fields)
{
    size_t size = fields > 0 ? 1 : 2;

    for (size_t i = 0; i < fields; i++) {
        if (!is_plain(c->csv.fields[i].text, c->csv.fields[i].size))
            return 0;
        size += c->names[i].size + c->csv.fields[i].size + 6;
    }
    return size;
}

static char *put(char *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    return to + size;
}

/* Writes a record that has no escapes, and lists its members. false: it has, or
 * there is no memory. */
static bool write_plain(const struct csv_each *c, struct gn_arrow *arrow,
                        struct gn_buf *out)
{
    const size_t fields =
        c->csv.count < c->name_count ? c->csv.count : c->name_count;
    const size_t size = c->names_escaped ? 0 : plain_size(c, fields);
    char *to;

    if (size == 0 || !gn_buf_reserve(out, size))
        return false;
    to = out->data + out->size;
    gn_arrow_know(arrow, to, size);
    gn_arrow_list(arrow);
    out->size += size;
    for (size_t i = 0; i < fields; i++) {
        struct gn_arrow_member member = {.name_size = c->names[i].size};

        to = put(to, i > 0 ? ",\"" : "{\"", 2);
        member.name = to;
        to = put(to, c->names[i].text, member.name_size);
        to = put(to, "\":\"", 3);
        member.value = to - 1;
        to = put(to, c->csv.fields[i].text, c->csv.fields[i].size);
        *to++ = '"';
        member.end = to;
        gn_arrow_add(arrow, member);
    }
    memcpy(to, fields > 0 ? "}" : "{}", fields > 0 ? 2 : 3);
    return true;
}

static void write_record(const struct csv_each *c, struct gn_buf *out)
{
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, '{');
    for (size_t i = 0; i < c->csv.count && i < c->name_count; i++) {
        gn_json_key(&json, c->names[i].text);
        gn_json_text_n(&json, c->csv.fields[i].text, c->csv.fields[i].size);
    }
    gn_json_close(&json, '}');
}

static void write_cells(const struct csv_each *c, struct gn_buf *out)
{
    struct gn_json json;

    gn_json_init(&json, out);
    gn_json_open(&json, '[');
    for (size_t i = 0; i < c->csv.count; i++)
        gn_json_text_n(&json, c->csv.fields[i].text, c->csv.fields[i].size);
    gn_json_close(&json, ']');
}

static int csv_column(struct gn_each *e, sqlite3_context *to, int column)
{
    struct csv_each *c = (struct csv_each *)e;
    const struct gn_csvsql *context = e->context;
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
        if (c->names == NULL)
            return SQLITE_OK;
        out = gn_rowtext_begin(&c->rec);
        if (out != NULL && !write_plain(c, context->arrow, out))
            write_record(c, out);
        return gn_rowtext_give(&c->rec, to);
    case CSV_CELLS:
        out = gn_rowtext_begin(&c->cells);
        if (out != NULL)
            write_cells(c, out);
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
