#include "extract/regexsql.h"

#include "base/utf8.h"
#include "extract/each.h"
#include "extract/give.h"
#include "extract/repair.h"

/* --- regex_each -----------------------------------------------------------*/

struct regex_each {
    struct gn_each base;
    struct gn_held held;
    struct gn_buf repaired; /* the text, if it was not UTF-8 */
    struct gn_regex_part text;
    struct gn_regex *regex;
    struct gn_regex_match match;
    size_t next; /* byte to look from */
};

static int find_next(struct regex_each *r)
{
    const struct gn_regexsql *context = r->base.context;
    struct garner_error err = {0};
    const struct gn_regex_part *whole;
    enum garner_code code;
    size_t end;

    if (gn_budget_spent(context->budget))
        return SQLITE_INTERRUPT;
    code = r->next <= r->text.size
               ? gn_regex_find(r->regex, r->text.text, r->text.size, r->next,
                               &r->match, &err)
               : GARNER_DONE;
    r->base.done = code == GARNER_DONE;
    if (code == GARNER_DONE)
        return SQLITE_OK;
    if (code == GARNER_NOMEM)
        return SQLITE_NOMEM;
    if (code != GARNER_OK)
        return gn_each_fail(&r->base, "%s", err.message);
    whole = &r->match.parts[0];
    end = (size_t)(whole->text - r->text.text) + whole->size;
    if (whole->size > 0 && end > r->next) {
        r->next = end;
    } else { /* nothing was matched: from the next character on */
        const size_t from = end > r->next ? end : r->next;
        const size_t length =
            gn_utf8_length(r->text.text + from, r->text.size - from);

        r->next = from + (length > 0 ? length : 1);
    }
    return SQLITE_OK;
}

/* *out is the text, or what it is once repaired. false: no memory. */
static bool take_text(const char *text, size_t size, struct gn_buf *repaired,
                      struct gn_regex_part *out)
{
    const enum garner_code code = gn_repair(text, size, repaired);

    *out = (struct gn_regex_part){text, size};
    if (code == GARNER_OK)
        *out = (struct gn_regex_part){repaired->data, repaired->size};
    return code != GARNER_NOMEM;
}

static int each_open(struct gn_each *e, sqlite3_value **args)
{
    struct regex_each *r = (struct regex_each *)e;
    struct gn_regexsql *context = e->context;
    const char *pattern = (const char *)sqlite3_value_text(args[1]);
    struct garner_error err = {0};
    enum garner_code code;

    if (!gn_held_init(&r->held, &context->body, args[0]))
        return SQLITE_NOMEM;
    if (r->held.data == NULL || pattern == NULL)
        return SQLITE_OK;
    code =
        gn_regexes_get(&context->regexes, pattern,
                       (size_t)sqlite3_value_bytes(args[1]), &r->regex, &err);
    if (code == GARNER_NOMEM)
        return SQLITE_NOMEM;
    if (code != GARNER_OK)
        return gn_each_fail(e, "%s", err.message);
    gn_regex_hold(r->regex);
    return take_text(r->held.data, r->held.size, &r->repaired, &r->text)
               ? find_next(r)
               : SQLITE_NOMEM;
}

static int each_next(struct gn_each *e)
{
    return find_next((struct regex_each *)e);
}

static void each_close(struct gn_each *e)
{
    struct regex_each *r = (struct regex_each *)e;

    gn_regex_match_fini(&r->match);
    gn_regex_release(r->regex);
    gn_held_fini(&r->held);
    gn_buf_fini(&r->repaired);
}

enum each_column { EACH_MATCH = 1, EACH_GROUPS, EACH_NAMED };

static void give_part(sqlite3_context *to, const struct gn_regex_part *p)
{
    if (p->text != NULL)
        sqlite3_result_text64(to, p->text, p->size, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
}

static int each_column(struct gn_each *e, sqlite3_context *to, int column)
{
    const struct regex_each *r = (struct regex_each *)e;
    struct gn_buf out = {0};
    struct gn_json json;

    gn_json_init(&json, &out);
    switch ((enum each_column)column) {
    case EACH_MATCH:
        give_part(to, &r->match.parts[0]);
        return SQLITE_OK;
    case EACH_GROUPS:
        gn_json_open(&json, '[');
        for (size_t i = 1; i < r->match.count; i++)
            gn_regex_write_part(&r->match.parts[i], &json);
        gn_json_close(&json, ']');
        break;
    case EACH_NAMED:
        gn_regex_write_named(r->regex, &r->match, &json);
        break;
    }
    return gn_give_text(to, &out);
}

/* --- regex_get ------------------------------------------------------------*/

static void fail_get(sqlite3_context *to, const char *what)
{
    char *text = sqlite3_mprintf("regex_get: %s", what);

    sqlite3_result_error(to, text != NULL ? text : what, -1);
    sqlite3_free(text);
}

/* The group that is asked for; false: there is none, which is told. */
static bool wanted_group(sqlite3_context *to, const struct gn_regex *r,
                         int argc, sqlite3_value **argv, size_t *group)
{
    const size_t most = gn_regex_groups(r);
    sqlite3_int64 number;

    *group = most > 0 ? 1 : 0;
    if (argc < 3 || sqlite3_value_type(argv[2]) == SQLITE_NULL)
        return true;
    if (sqlite3_value_numeric_type(argv[2]) == SQLITE_INTEGER) {
        number = sqlite3_value_int64(argv[2]);
        *group = (size_t)number;
        if (number >= 0 && *group <= most)
            return true;
        fail_get(to, "the regular expression has no group of this number");
        return false;
    }
    *group = gn_regex_group(r, (const char *)sqlite3_value_text(argv[2]));
    if (*group == 0)
        fail_get(to, "the regular expression has no group of this name");
    return *group > 0;
}

static void regex_get(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_regexsql *context = sqlite3_user_data(to);
    const char *text = sqlite3_value_blob(argv[0]);
    const size_t size = (size_t)sqlite3_value_bytes(argv[0]);
    const char *pattern = (const char *)sqlite3_value_text(argv[1]);
    struct gn_regex_match match = {0};
    struct gn_buf repaired = {0};
    struct gn_regex_part part;
    struct garner_error err = {0};
    struct gn_regex *regex;
    size_t group;
    enum garner_code code;

    if (sqlite3_value_type(argv[0]) == SQLITE_NULL || pattern == NULL)
        return;
    code = gn_regexes_get(&context->regexes, pattern,
                          (size_t)sqlite3_value_bytes(argv[1]), &regex, &err);
    if (code == GARNER_OK && !wanted_group(to, regex, argc, argv, &group))
        return;
    if (code == GARNER_OK &&
        !take_text(size > 0 ? text : "", size, &repaired, &part))
        code = GARNER_NOMEM;
    if (code == GARNER_OK)
        code = gn_regex_find(regex, part.text, part.size, 0, &match, &err);
    if (code == GARNER_OK)
        give_part(to, &match.parts[group]);
    else if (code == GARNER_NOMEM)
        sqlite3_result_error_nomem(to);
    else if (code != GARNER_DONE)
        fail_get(to, err.message);
    gn_regex_match_fini(&match);
    gn_buf_fini(&repaired);
}

int gn_regexsql_register(sqlite3 *db, struct gn_regexsql *r)
{
    static const struct gn_each_kind kind = {
        .name = "regex_each",
        .columns = "i, match, groups, named, text hidden, pattern hidden, "
                   "surplus hidden",
        .signature = "text, pattern",
        .first = 4,
        .least = 2,
        .most = 2,
        .size = sizeof(struct regex_each),
        .open = each_open,
        .next = each_next,
        .column = each_column,
        .close = each_close};
    static const struct gn_function functions[] = {
        {"regex_get", 2, regex_get},
        {"regex_get", 3, regex_get},
    };
    int rc = gn_each_register(db, &kind, r);

    if (rc == SQLITE_OK)
        rc = gn_give_functions(db, functions,
                               sizeof functions / sizeof functions[0], r);
    return rc;
}
