#include "extract/give.h"

int gn_give_text(sqlite3_context *to, struct gn_buf *text)
{
    if (gn_buf_failed(text)) {
        gn_buf_fini(text);
        return SQLITE_NOMEM;
    }
    sqlite3_result_text64(to, gn_buf_cstr(text), text->size, SQLITE_TRANSIENT,
                          SQLITE_UTF8);
    gn_buf_fini(text);
    return SQLITE_OK;
}

int gn_give_some(sqlite3_context *to, struct gn_buf *text)
{
    if (text->size > 0 || gn_buf_failed(text))
        return gn_give_text(to, text);
    gn_buf_fini(text);
    return SQLITE_OK;
}

void gn_give_result(sqlite3_context *to, struct gn_buf *text)
{
    if (gn_give_text(to, text) != SQLITE_OK)
        sqlite3_result_error_nomem(to);
}

void gn_give_found(sqlite3_context *to, const xmlXPathObject *found)
{
    if (found->type == XPATH_NUMBER)
        sqlite3_result_double(to, found->floatval);
    else if (found->type == XPATH_BOOLEAN)
        sqlite3_result_int(to, found->boolval);
    else if (found->type == XPATH_STRING)
        sqlite3_result_text(to, (const char *)found->stringval, -1,
                            SQLITE_TRANSIENT);
}

int gn_give_failure(struct gn_each *e, const struct garner_error *err)
{
    if (err->code == GARNER_NOMEM)
        return SQLITE_NOMEM;
    (void)gn_each_fail(e, "%s", err->message);
    return err->code == GARNER_TIMEOUT ? SQLITE_INTERRUPT : SQLITE_ERROR;
}

void gn_give_error(sqlite3_context *to, const char *function,
                   const struct garner_error *err)
{
    char *text;

    if (err->code == GARNER_NOMEM) {
        sqlite3_result_error_nomem(to);
        return;
    }
    text = sqlite3_mprintf("%s: %s", function, err->message);
    sqlite3_result_error(to, text != NULL ? text : function, -1);
    sqlite3_free(text);
    if (err->code == GARNER_TIMEOUT)
        sqlite3_result_error_code(to, SQLITE_INTERRUPT);
}

int gn_give_functions(sqlite3 *db, const struct gn_function *functions,
                      size_t count, void *context)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; rc == SQLITE_OK && i < count; i++)
        rc = sqlite3_create_function(db, functions[i].name, functions[i].args,
                                     SQLITE_UTF8 | SQLITE_DETERMINISTIC |
                                         SQLITE_INNOCUOUS,
                                     context, functions[i].call, NULL, NULL);
    return rc;
}
