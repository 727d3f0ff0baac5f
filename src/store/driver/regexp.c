#include "store/driver/regexp.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/driver/error.h"

/* What a match may take. A step is a call of PCRE2's inner match: tens of
 * nanoseconds. */
enum {
    STEPS = 1000000,
    STEPS_PER_BYTE = 16,
    MOST_STEPS = 100000000,
    HEAP_KIB = 64 << 10,
};

struct regexp {
    pcre2_general_context *memory;
    pcre2_code *code;
    pcre2_match_data *result;
    pcre2_match_context *limits;
};

static void *allocate(size_t size, void *unused)
{
    (void)unused;
    return gn_realloc(NULL, size); /* not zeroed: a match may ask for much */
}

static void release(void *p, void *unused)
{
    (void)unused;
    gn_free(p);
}

static void free_regexp(void *p)
{
    struct regexp *r = p;

    if (r == NULL)
        return;
    pcre2_match_context_free(r->limits);
    pcre2_match_data_free(r->result);
    pcre2_code_free(r->code);
    pcre2_general_context_free(r->memory);
    gn_free(r);
}

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "a regular expression");
}

/* How PCRE2 says that there was no memory differs from place to place. */
static enum garner_code refuse(int number, size_t offset, const char *pattern,
                               size_t size, struct garner_error *err)
{
    PCRE2_UCHAR text[128] = "";

    if (number == PCRE2_ERROR_NOMEMORY || number == PCRE2_ERROR_HEAP_FAILED)
        return no_memory(err);
    (void)pcre2_get_error_message(number, text, sizeof text);
    return gn_fail(
        err, GARNER_INVALID, "regular expression: %s, at byte %zu of: %.*s",
        (const char *)text, offset, size < 80 ? (int)size : 80, pattern);
}

static enum garner_code compile(struct regexp *r, const char *pattern,
                                size_t size, struct garner_error *err)
{
    pcre2_compile_context *context;
    PCRE2_SIZE offset = 0;
    int number = PCRE2_ERROR_NOMEMORY;

    r->memory = pcre2_general_context_create(allocate, release, NULL);
    if (r->memory == NULL)
        return no_memory(err);
    context = pcre2_compile_context_create(r->memory);
    if (context != NULL)
        r->code =
            pcre2_compile((PCRE2_SPTR)pattern, size,
                          PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF |
                              PCRE2_NEVER_BACKSLASH_C,
                          &number, &offset, context);
    pcre2_compile_context_free(context);
    if (r->code == NULL)
        return refuse(number, offset, pattern, size, err);
    r->result = pcre2_match_data_create(1, r->memory);
    r->limits = pcre2_match_context_create(r->memory);
    if (r->result == NULL || r->limits == NULL)
        return no_memory(err);
    (void)pcre2_set_heap_limit(r->limits, HEAP_KIB);
    return GARNER_OK;
}

static enum garner_code new_regexp(const char *pattern, size_t size,
                                   struct regexp **out,
                                   struct garner_error *err)
{
    enum garner_code code = GARNER_NOMEM;

    *out = gn_alloc(sizeof **out);
    if (*out == NULL)
        return no_memory(err);
    code = compile(*out, pattern, size, err);
    if (code != GARNER_OK) {
        free_regexp(*out);
        *out = NULL;
    }
    return code;
}

enum garner_code gn_regexp_check(const char *pattern, size_t size,
                                 struct garner_error *err)
{
    struct regexp *r;
    enum garner_code code = new_regexp(pattern, size, &r, err);

    free_regexp(r);
    return code;
}

/* The pattern of this statement, compiled; NULL: the error is told. */
static struct regexp *pattern_of(sqlite3_context *context,
                                 sqlite3_value *pattern)
{
    const char *text = (const char *)sqlite3_value_text(pattern);
    struct regexp *r = sqlite3_get_auxdata(context, 0);
    struct garner_error err;
    enum garner_code code;

    if (r != NULL)
        return r;
    code = text == NULL ? GARNER_NOMEM
                        : new_regexp(text, (size_t)sqlite3_value_bytes(pattern),
                                     &r, &err);
    if (code == GARNER_OK) {
        sqlite3_set_auxdata(context, 0, r, free_regexp);
        r = sqlite3_get_auxdata(context, 0); /* it may be freed at once */
        code = r != NULL ? GARNER_OK : GARNER_NOMEM;
    }
    if (code == GARNER_NOMEM)
        sqlite3_result_error_nomem(context);
    else if (code != GARNER_OK)
        sqlite3_result_error(context, err.message, -1);
    return r;
}

static int search(struct regexp *r, const unsigned char *text, size_t size)
{
    uint64_t steps = STEPS + (uint64_t)size * STEPS_PER_BYTE;

    if (steps > MOST_STEPS)
        steps = MOST_STEPS;
    (void)pcre2_set_match_limit(r->limits, (uint32_t)steps);
    return pcre2_match(r->code, text, size, 0, 0, r->result, r->limits);
}

static void tell(sqlite3_context *context, int result, int size)
{
    char message[160];

    switch (result) {
    case PCRE2_ERROR_NOMATCH:
        sqlite3_result_int(context, 0);
        break;
    case PCRE2_ERROR_NOMEMORY:
        sqlite3_result_error_nomem(context);
        break;
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
        (void)sqlite3_snprintf(
            sizeof message, message,
            "regular expression: it takes too many steps, or too much memory, "
            "in a text of %d bytes; avoid repetitions in repetitions",
            size);
        sqlite3_result_error(context, message, -1);
        break;
    default:
        (void)sqlite3_snprintf(sizeof message, message,
                               "regular expression: PCRE2 says %d", result);
        sqlite3_result_error(context, message, -1);
        break;
    }
}

static void regexp(sqlite3_context *context, int count, sqlite3_value **args)
{
    const unsigned char *text;
    struct regexp *r;
    int size;
    int result;

    (void)count;
    if (sqlite3_value_type(args[0]) == SQLITE_NULL ||
        sqlite3_value_type(args[1]) == SQLITE_NULL)
        return;
    r = pattern_of(context, args[0]);
    if (r == NULL)
        return;
    text = sqlite3_value_text(args[1]);
    size = sqlite3_value_bytes(args[1]);
    if (text == NULL) {
        sqlite3_result_error_nomem(context);
        return;
    }
    result = search(r, text, (size_t)size);
    if (result >= 0)
        sqlite3_result_int(context, 1);
    else
        tell(context, result, size);
}

enum garner_code gn_regexp_add(sqlite3 *db, struct garner_error *err)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    const int rc = sqlite3_create_function(db, "regexp", 2, flags, NULL, regexp,
                                           NULL, NULL);

    return rc == SQLITE_OK ? GARNER_OK : gn_sqlite_fail(db, rc, NULL, err);
}
