#include "extract/statement.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/unit.h"
#include "extract/excerpt.h"
#include "extract/jsonfault.h"
#include "extract/sqlscan.h"

/* Prepared once, run at every fetch: SQLite may keep it in slow memory. */
enum { PREPARE_FLAGS = SQLITE_PREPARE_PERSISTENT };

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "no memory to run the SQL");
}

/* Fails with what, and shows where in sql; at may be GN_EXCERPT_START. */
static enum garner_code blame(struct garner_error *err, const char *sql,
                              size_t at, const char *what)
{
    const size_t size = strlen(sql);
    const struct gn_place place =
        gn_place_of(sql, size, at == GN_EXCERPT_START ? 0 : at);
    char excerpt[GN_EXCERPT_SIZE];

    gn_excerpt(excerpt, sql, size, at);
    if (at == GN_EXCERPT_START)
        return gn_fail(err, GARNER_SQL, "SQL: %s: %s", what, excerpt);
    return gn_fail(err, GARNER_SQL, "SQL line %zu, column %zu: %s: %s",
                   place.line, place.column, what, excerpt);
}

/* Says so before SQLite does: INSERT INTO t would be "no such table: t". */
static enum garner_code check_verb(const char *sql, struct garner_error *err)
{
    static const char *const verbs[] = {"select", "with", "values"};
    const char *word = gn_sqlscan_skip(sql, true);
    int length = 0;

    while ((word[length] | 32) >= 'a' && (word[length] | 32) <= 'z' &&
           length < 20)
        length++;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
        if (sqlite3_strnicmp(word, verbs[i], length) == 0 &&
            verbs[i][length] == '\0')
            return GARNER_OK;
    if (word[0] == '\0')
        return gn_fail(err, GARNER_SQL,
                       "the SQL is empty: write one SELECT, such as "
                       "select value->>'$.x' as x from json_each(:body)");
    if (length == 0)
        return blame(err, sql, (size_t)(word - sql), "one SELECT is expected");
    return gn_fail(err, GARNER_SQL,
                   "the SQL begins with \"%.*s\", but only a SELECT makes "
                   "rows; garner itself writes them to the table",
                   length, word);
}

static enum garner_code prepare_failed(struct gn_sandbox *s, const char *sql,
                                       int rc, struct garner_error *err)
{
    const char *text = sqlite3_errmsg(s->db);
    const int offset = sqlite3_error_offset(s->db);
    const size_t at = offset < 0 ? GN_EXCERPT_START : (size_t)offset;
    const char *hint = "";
    char what[140];

    if (rc == SQLITE_NOMEM)
        return no_memory(err);
    if (rc == SQLITE_TOOBIG)
        return gn_fail(err, GARNER_SQL, "the SQL is too long: %s", text);
    if (s->refused[0] != '\0')
        return gn_fail(err, GARNER_SQL,
                       "the SQL may not do this: %s. It sees only its "
                       "parameters, such as json_each(:body)",
                       s->refused);
    if (!s->lent && strncmp(text, "no such table", 13) == 0)
        hint = " (tables of the store are not seen here; begin with "
               "json_each(:body))";
    else if (offset >= 0 && sql[offset] == '"' &&
             strncmp(text, "no such column", 14) == 0)
        hint = " (a text is written in 'single quotes')";
    snprintf(what, sizeof what, "%.60s%s", text, hint);
    return blame(err, sql, at, what);
}

static enum garner_code check_columns(sqlite3_stmt *stmt,
                                      struct garner_error *err)
{
    const int count = sqlite3_column_count(stmt);

    for (int i = 0; i < count; i++) {
        const char *name = sqlite3_column_name(stmt, i);

        if (name == NULL)
            return no_memory(err);
        if (name[0] == '\0')
            return gn_fail(err, GARNER_SQL,
                           "column %d of the SQL has no name: add AS name",
                           i + 1);
        for (int j = 0; j < i; j++) {
            const char *other = sqlite3_column_name(stmt, j);

            if (other != NULL && sqlite3_stricmp(name, other) == 0)
                return gn_fail(err, GARNER_SQL,
                               "two columns of the SQL (%d and %d) are named "
                               "\"%.60s\": give one another name with AS",
                               j + 1, i + 1, name);
        }
    }
    return count > 0 ? GARNER_OK
                     : gn_fail(err, GARNER_SQL, "the SQL gives no columns");
}

/* PRAGMA journal_mode alone: SQLite takes it for one that writes, as it does
 * with a mode behind it. */
static bool asks_for_mode(const char *sql)
{
    static const char pragma[] = "pragma";
    static const char mode[] = "journal_mode";
    const char *at = gn_sqlscan_skip(sql, true);

    if (sqlite3_strnicmp(at, pragma, sizeof pragma - 1) != 0)
        return false;
    at += sizeof pragma - 1;
    at = gn_sqlscan_skip(at, true);
    if (sqlite3_strnicmp(at, mode, sizeof mode - 1) != 0)
        return false;
    at += sizeof mode - 1;
    return *gn_sqlscan_skip(at, true) == '\0';
}

/* Where a database is read, whatever reads is fine: EXPLAIN, PRAGMA, columns
 * with the same name. */
static enum garner_code check_prepared(const struct gn_sandbox *s,
                                       sqlite3_stmt *stmt,
                                       struct garner_error *err)
{
    if (!s->lent)
        return check_columns(stmt, err);
    return sqlite3_stmt_readonly(stmt) != 0 || asks_for_mode(sqlite3_sql(stmt))
               ? GARNER_OK
               : gn_fail(err, GARNER_SQL,
                         "the database is open to be read alone; 'garner "
                         "query --write' may write");
}

static enum garner_code prepare(struct gn_sandbox *s, const char *sql,
                                sqlite3_stmt **out, struct garner_error *err)
{
    const char *tail = NULL;
    enum garner_code code;
    int rc;

    s->refused[0] = '\0';
    rc = sqlite3_prepare_v3(s->db, sql, -1, PREPARE_FLAGS, out, &tail);
    if (rc != SQLITE_OK) {
        code = prepare_failed(s, sql, rc, err);
        if (err != NULL)
            err->native = rc;
        return code;
    }
    tail = gn_sqlscan_skip(tail, true);
    if (*tail != '\0')
        return blame(err, sql, (size_t)(tail - sql),
                     "a second statement; only one SELECT is run");
    return check_prepared(s, *out, err);
}

enum garner_code gn_statement_prepare(struct gn_sandbox *s, const char *sql,
                                      sqlite3_stmt **out,
                                      struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    *out = NULL;
    if (!s->lent || *gn_sqlscan_skip(sql, true) == '\0')
        code = check_verb(sql, err);
    if (code == GARNER_OK)
        code = prepare(s, sql, out, err);
    if (code != GARNER_OK) {
        sqlite3_finalize(*out);
        *out = NULL;
    }
    return code;
}

static const struct gn_param *find(const char *name,
                                   const struct gn_param *params, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(params[i].name, name) == 0)
            return &params[i];
    return NULL;
}

/* Leaves a byte order mark out: it belongs to the file, not to the text, and
 * no JSON begins with it. */
static struct garner_value without_mark(struct garner_value v)
{
    if (v.type == GARNER_TEXT && v.bytes.size >= 3 &&
        memcmp(v.bytes.data, "\xef\xbb\xbf", 3) == 0) {
        v.bytes.data = (const char *)v.bytes.data + 3;
        v.bytes.size -= 3;
    }
    return v;
}

static int bind_value(sqlite3_stmt *stmt, int i, struct garner_value v)
{
    const void *data;

    v = without_mark(v);
    switch (v.type) {
    case GARNER_INTEGER:
        return sqlite3_bind_int64(stmt, i, v.integer);
    case GARNER_REAL:
        return sqlite3_bind_double(stmt, i, v.real);
    case GARNER_TEXT:
        data = v.bytes.data != NULL ? v.bytes.data : "";
        return sqlite3_bind_text64(stmt, i, data, v.bytes.size, SQLITE_STATIC,
                                   SQLITE_UTF8);
    case GARNER_BLOB:
        data = v.bytes.data != NULL ? v.bytes.data : "";
        return sqlite3_bind_blob64(stmt, i, data, v.bytes.size, SQLITE_STATIC);
    case GARNER_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, i);
}

static enum garner_code unknown_parameter(const char *name,
                                          const struct gn_param *params,
                                          size_t count,
                                          struct garner_error *err)
{
    char list[130] = "";
    size_t used = 0;

    for (size_t i = 0; i < count && used < sizeof list - 1; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s:%s",
                                 i == 0 ? "" : " ", params[i].name);
    return gn_fail(err, GARNER_SQL,
                   "the SQL has a parameter %.40s that nothing is given for; "
                   "there is %s",
                   name, count > 0 ? list : "none");
}

enum garner_code gn_statement_bind(sqlite3_stmt *stmt,
                                   const struct gn_param *params, size_t count,
                                   struct garner_error *err)
{
    const int wanted = sqlite3_bind_parameter_count(stmt);

    for (int i = 1; i <= wanted; i++) {
        const char *name = sqlite3_bind_parameter_name(stmt, i);
        const struct gn_param *given;
        int rc;

        if (name == NULL || name[0] == '?')
            return gn_fail(err, GARNER_SQL,
                           "the SQL has a parameter without a name (%s): "
                           "write its name, such as :body",
                           name != NULL ? name : "?");
        given = find(name + 1, params, count);
        if (given == NULL)
            return unknown_parameter(name, params, count, err);
        rc = bind_value(stmt, i, given->value);
        if (rc == SQLITE_TOOBIG)
            return gn_fail(err, GARNER_INVALID,
                           "%s has %zu bytes, more than SQL can take (1 GB)",
                           name, given->value.bytes.size);
        if (rc != SQLITE_OK)
            return no_memory(err);
    }
    return GARNER_OK;
}

enum garner_code gn_statement_columns(sqlite3_stmt *stmt,
                                      struct gn_rowset *rows,
                                      struct garner_error *err)
{
    const size_t count = (size_t)sqlite3_column_count(stmt);
    const char **names = gn_alloc(count * sizeof names[0]);
    bool complete = names != NULL;
    enum garner_code code;

    for (size_t i = 0; complete && i < count; i++) {
        names[i] = sqlite3_column_name(stmt, (int)i);
        complete = names[i] != NULL;
    }
    code =
        complete ? gn_rowset_columns(rows, names, count, err) : no_memory(err);
    gn_free(names);
    return code;
}

static bool read_bytes(sqlite3_value *value, enum garner_type type,
                       struct garner_value *v)
{
    /* _text would copy it to put a NUL behind it */
    v->bytes.data = sqlite3_value_blob(value);
    v->bytes.size = (size_t)sqlite3_value_bytes(value);
    v->type = type;
    if (v->bytes.data != NULL)
        return true;
    v->bytes.data = type == GARNER_TEXT ? "" : NULL;
    return v->bytes.size == 0;
}

/* One call to find the value, and those of values then: no other thread has the
 * connection, so that it need not be protected (see sqlite3_value). */
bool gn_statement_value(sqlite3_stmt *stmt, int i, struct garner_value *v)
{
    sqlite3_value *value = sqlite3_column_value(stmt, i);

    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        *v = garner_integer(sqlite3_value_int64(value));
        return true;
    case SQLITE_FLOAT:
        *v = garner_real(sqlite3_value_double(value));
        return true;
    case SQLITE_TEXT:
        return read_bytes(value, GARNER_TEXT, v);
    case SQLITE_BLOB:
        return read_bytes(value, GARNER_BLOB, v);
    default:
        *v = garner_null();
        return true;
    }
}

static bool uses(sqlite3_stmt *stmt, const char *name)
{
    const int count = sqlite3_bind_parameter_count(stmt);

    for (int i = 1; i <= count; i++)
        if (strcmp(sqlite3_bind_parameter_name(stmt, i) + 1, name) == 0)
            return true;
    return false;
}

/* The one function, or operator, of JSON's that sql gives the body to; "": it
 * is none, or one of several. Ends with ": ". */
static void name_reader(const char *sql, char name[24])
{
    struct gn_sql_token last[3] = {{0}}; /* the newest first */
    const struct gn_sql_token *found = NULL;
    struct gn_sql_token reader = {0};

    name[0] = '\0';
    while (gn_sqlscan_next(&sql, &last[0])) {
        found = NULL;
        if (last[0].size == 5 && memcmp(last[0].text + 1, "body", 4) == 0 &&
            last[1].size == 1 && *last[1].text == '(' && last[2].size > 3 &&
            strncasecmp(last[2].text, "json", 4) == 0)
            found = &last[2];
        else if (last[0].size > 1 && *last[0].text == '-' &&
                 last[1].size == 5 && memcmp(last[1].text + 1, "body", 4) == 0)
            found = &last[0];
        if (found != NULL && reader.size > 0 &&
            (reader.size != found->size ||
             strncasecmp(reader.text, found->text, found->size) != 0))
            return;
        if (found != NULL)
            reader = *found;
        last[2] = last[1];
        last[1] = last[0];
    }
    if (reader.size > 0 && reader.size < 21)
        snprintf(name, 24, "%.*s: ", (int)reader.size, reader.text);
}

/* The body is not JSON, says what is wrong with it. */
static enum garner_code not_json(const char *reader, struct garner_value v,
                                 const struct gn_json_fault *fault,
                                 struct garner_error *err)
{
    const char *data = v.bytes.data;
    const struct gn_place place = gn_place_of(data, v.bytes.size, fault->at);
    char excerpt[GN_EXCERPT_SIZE];

    gn_excerpt(excerpt, data, v.bytes.size,
               fault->at == 0 ? GN_EXCERPT_START : fault->at);
    if (fault->at == 0)
        return gn_fail(err, GARNER_INVALID,
                       "%sthe body is not JSON: it begins with \"%s\"", reader,
                       excerpt);
    return gn_fail(err, GARNER_INVALID,
                   "%sthe body is not JSON from line %zu, column %zu on: %s: "
                   "%s",
                   reader, place.line, place.column, fault->what, excerpt);
}

/* SQLite said that a text is not JSON. If it can only be the body, says what
 * is wrong with that. */
static enum garner_code malformed(sqlite3_stmt *stmt,
                                  const struct gn_param *params, size_t count,
                                  struct garner_error *err)
{
    const struct gn_param *body = find("body", params, count);
    struct gn_json_fault fault;
    struct garner_value v;
    char reader[24];

    if (body == NULL || !uses(stmt, "body") || body->value.type != GARNER_TEXT)
        return gn_fail(err, GARNER_INVALID,
                       "a text given to a JSON function is not JSON");
    v = without_mark(body->value);
    name_reader(sqlite3_sql(stmt), reader);
    if (v.bytes.size == 0)
        return gn_fail(err, GARNER_INVALID, "%sthe body is empty, not JSON",
                       reader);
    if (gn_json_fault(v.bytes.data, v.bytes.size, &fault))
        return not_json(reader, v, &fault, err);
    return gn_fail(err, GARNER_INVALID,
                   "a text given to a JSON function is not JSON (the body is, "
                   "so it is a value inside of it)");
}

enum garner_code gn_statement_failed(struct gn_sandbox *s, sqlite3_stmt *stmt,
                                     int rc, const struct gn_param *params,
                                     size_t count, struct garner_error *err)
{
    const char *text = sqlite3_errmsg(s->db);
    enum garner_code code;
    char limit[32];

    gn_unit_format_duration(s->budget.limit_ms, limit);
    if (rc == SQLITE_NOMEM)
        code = no_memory(err);
    else if (gn_budget_is_stopped(&s->budget))
        code = gn_fail(err, GARNER_CANCELED, "the SQL was interrupted");
    else if (s->budget.expired)
        code = gn_fail(err, GARNER_TIMEOUT, GN_BUDGET_OVER, limit);
    else if (strcmp(text, "malformed JSON") == 0)
        code = malformed(stmt, params, count, err);
    else
        code = blame(err, sqlite3_sql(stmt), GN_EXCERPT_START, text);
    if (err != NULL)
        err->native = rc;
    return code;
}
