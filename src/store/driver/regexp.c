#include "store/driver/regexp.h"

#include "base/error.h"
#include "base/pattern.h"
#include "store/driver/error.h"

static void free_pattern(void *p)
{
    gn_pattern_free(p);
}

enum garner_code gn_regexp_check(const char *pattern, size_t size,
                                 struct garner_error *err)
{
    struct gn_pattern *p;
    enum garner_code code = gn_pattern_new(pattern, size, true, &p, err);

    gn_pattern_free(p);
    return code;
}

static void tell(sqlite3_context *context, enum garner_code code,
                 const struct garner_error *err)
{
    if (code == GARNER_NOMEM)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_error(context, err->message, -1);
}

/* The pattern of this statement, compiled; NULL: the error is told. */
static struct gn_pattern *pattern_of(sqlite3_context *context,
                                     sqlite3_value *pattern)
{
    const char *text = (const char *)sqlite3_value_text(pattern);
    struct gn_pattern *r = sqlite3_get_auxdata(context, 0);
    struct garner_error err;
    enum garner_code code;

    if (r != NULL)
        return r;
    code = text == NULL
               ? GARNER_NOMEM
               : gn_pattern_new(text, (size_t)sqlite3_value_bytes(pattern),
                                true, &r, &err);
    if (code == GARNER_OK) {
        sqlite3_set_auxdata(context, 0, r, free_pattern);
        r = sqlite3_get_auxdata(context, 0); /* it may be freed at once */
        code = r != NULL ? GARNER_OK : GARNER_NOMEM;
    }
    if (code != GARNER_OK)
        tell(context, code, &err);
    return r;
}

static void regexp(sqlite3_context *context, int count, sqlite3_value **args)
{
    struct garner_error err;
    const char *text;
    struct gn_pattern *r;
    enum garner_code code;

    (void)count;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL ||
        sqlite3_value_type(args[1]) == SQLITE_NULL)
        return;
    r = pattern_of(context, args[0]);
    if (r == NULL)
        return;
    text = (const char *)sqlite3_value_text(args[1]);
    if (text == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    code =
        gn_pattern_find(r, text, (size_t)sqlite3_value_bytes(args[1]), 0, &err);
    if (code == GARNER_OK || code == GARNER_DONE)
        sqlite3_result_int(context, code == GARNER_OK);
    else
        tell(context, code, &err);
}

enum garner_code gn_regexp_add(sqlite3 *db, struct garner_error *err)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    const int rc = sqlite3_create_function(db, "regexp", 2, flags, NULL, regexp,
                                           NULL, NULL);

    return rc == SQLITE_OK ? GARNER_OK : gn_sqlite_fail(db, rc, NULL, err);
}
