#include "extract/constants.h"

#include <string.h>

#include "base/error.h"
#include "extract/excerpt.h"
#include "extract/sqlscan.h"

static const struct trial {
    const char *function;
    int place;       /* of the argument that can be wrong by itself */
    const char *sql; /* the function, with it */
} trials[] = {
    {"html_each", 1, "select 1 from html_each('', %.*s)"},
    {"html_text", 1, "select html_text('', %.*s)"},
    {"html_attr", 1, "select html_attr('', %.*s, 'a')"},
    {"html_table", 1, "select 1 from html_table('', %.*s)"},
    {"links_each", 2, "select 1 from links_each('', '', %.*s)"},
    {"xpath_each", 1, "select 1 from xpath_each('', %.*s)"},
    {"xml_each", 1, "select 1 from xml_each('<x/>', %.*s)"},
    {"xml_text", 1, "select xml_text('<x/>', %.*s)"},
    {"regex_each", 1, "select 1 from regex_each('', %.*s)"},
    {"regex_get", 1, "select regex_get('', %.*s)"},
    {"csv_each", 1, "select 1 from csv_each('', %.*s)"},
    {"parse_number", 1, "select parse_number('1', %.*s)"},
    {"parse_time", 1, "select parse_time('1', %.*s)"},
    {"url_part", 1, "select url_part('http://h/', %.*s)"},
};

static const struct trial *trial_of(const struct gn_sql_token *function,
                                    int place)
{
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++)
        if (trials[i].place == place &&
            gn_sqlscan_is(function, trials[i].function))
            return &trials[i];
    return NULL;
}

/* A document may have what the empty one lacks. */
static bool may_be_there(const char *message)
{
    return strstr(message, "no namespace has this prefix") != NULL;
}

static enum garner_code blame(const char *sql, const char *at,
                              const char *message, struct garner_error *err)
{
    const struct gn_place place =
        gn_place_of(sql, strlen(sql), (size_t)(at - sql));

    return gn_fail(err, GARNER_SQL, "SQL line %zu, column %zu: %s", place.line,
                   place.column, message);
}

static enum garner_code try_one(struct gn_sandbox *s, const char *sql,
                                const struct trial *trial,
                                const struct gn_sql_token *string,
                                struct garner_error *err)
{
    char *text = sqlite3_mprintf(trial->sql, (int)string->size, string->text);
    sqlite3_stmt *stmt = NULL;
    enum garner_code code = GARNER_OK;
    int rc = text != NULL ? sqlite3_prepare_v2(s->db, text, -1, &stmt, NULL)
                          : SQLITE_NOMEM;

    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_NOMEM)
        code = gn_fail(err, GARNER_NOMEM, "no memory to check the SQL");
    else if (rc != SQLITE_ROW && rc != SQLITE_DONE &&
             !may_be_there(sqlite3_errmsg(s->db)))
        code = blame(sql, string->text, sqlite3_errmsg(s->db), err);
    sqlite3_finalize(stmt);
    sqlite3_free(text);
    return code;
}

enum garner_code gn_constants_check(struct gn_sandbox *s, const char *sql,
                                    struct garner_error *err)
{
    struct gn_sqlscan scan = {.at = sql};
    struct gn_sql_token function;
    struct gn_sql_token string;
    enum garner_code code = GARNER_OK;
    int place;

    while (code == GARNER_OK &&
           gn_sqlscan_constant(&scan, &function, &place, &string)) {
        const struct trial *trial = trial_of(&function, place);

        if (trial != NULL)
            code = try_one(s, sql, trial, &string, err);
    }
    return code;
}
