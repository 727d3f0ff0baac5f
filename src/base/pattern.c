#include "base/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

/* What a match may take. A step is a call of PCRE2's inner match: tens of
 * nanoseconds. */
enum {
    STEPS = 1000000,
    STEPS_PER_BYTE = 16,
    MOST_STEPS = 100000000,
    HEAP_KIB = 64 << 10,
};

struct gn_pattern {
    pcre2_general_context *memory;
    pcre2_code *code;
    pcre2_match_data *result;
    pcre2_match_context *limits;
    uint32_t options; /* of a match */
    uint32_t groups;
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

void gn_pattern_free(struct gn_pattern *p)
{
    if (p == NULL)
        return;
    pcre2_match_context_free(p->limits);
    pcre2_match_data_free(p->result);
    pcre2_code_free(p->code);
    pcre2_general_context_free(p->memory);
    gn_free(p);
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

static enum garner_code compile(struct gn_pattern *p, const char *text,
                                size_t size, bool any_bytes,
                                struct garner_error *err)
{
    const uint32_t options =
        PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C |
        (any_bytes ? (uint32_t)PCRE2_MATCH_INVALID_UTF : 0);
    pcre2_compile_context *context;
    PCRE2_SIZE offset = 0;
    int number = PCRE2_ERROR_NOMEMORY;

    p->memory = pcre2_general_context_create(allocate, release, NULL);
    if (p->memory == NULL)
        return no_memory(err);
    context = pcre2_compile_context_create(p->memory);
    if (context != NULL)
        p->code = pcre2_compile((PCRE2_SPTR)text, size, options, &number,
                                &offset, context);
    pcre2_compile_context_free(context);
    if (p->code == NULL)
        return refuse(number, offset, text, size, err);
    (void)pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &p->groups);
    p->result = pcre2_match_data_create_from_pattern(p->code, p->memory);
    p->limits = pcre2_match_context_create(p->memory);
    if (p->result == NULL || p->limits == NULL)
        return no_memory(err);
    (void)pcre2_set_heap_limit(p->limits, HEAP_KIB);
    return GARNER_OK;
}

enum garner_code gn_pattern_new(const char *text, size_t size, bool any_bytes,
                                struct gn_pattern **out,
                                struct garner_error *err)
{
    struct gn_pattern *p = gn_alloc(sizeof *p);
    enum garner_code code;

    *out = NULL;
    if (p == NULL)
        return no_memory(err);
    /* For each of many matches PCRE2 would look through all that is left. */
    p->options = any_bytes ? 0 : PCRE2_NO_UTF_CHECK;
    code = compile(p, text, size, any_bytes, err);
    if (code == GARNER_OK)
        *out = p;
    else
        gn_pattern_free(p);
    return code;
}

enum garner_code gn_pattern_find(struct gn_pattern *p, const char *text,
                                 size_t size, size_t start,
                                 struct garner_error *err)
{
    uint64_t steps = STEPS + (uint64_t)size * STEPS_PER_BYTE;
    PCRE2_UCHAR what[100] = "";
    int rc;

    if (steps > MOST_STEPS)
        steps = MOST_STEPS;
    (void)pcre2_set_match_limit(p->limits, (uint32_t)steps);
    rc = pcre2_match(p->code, (PCRE2_SPTR)text, size, start, p->options,
                     p->result, p->limits);
    switch (rc) {
    case PCRE2_ERROR_NOMATCH:
        return GARNER_DONE;
    case PCRE2_ERROR_NOMEMORY:
        return no_memory(err);
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
        return gn_fail(err, GARNER_INVALID,
                       "regular expression: it takes too many steps, or too "
                       "much memory, in a text of %zu bytes; avoid repetitions "
                       "in repetitions",
                       size);
    default:
        break;
    }
    if (rc > 0)
        return GARNER_OK;
    (void)pcre2_get_error_message(rc, what, sizeof what);
    return gn_fail(err, GARNER_INVALID, "regular expression: %s",
                   (const char *)what);
}

bool gn_pattern_group(const struct gn_pattern *p, size_t group, size_t *from,
                      size_t *to)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(p->result);

    *from = ends[2 * group];
    *to = ends[2 * group + 1];
    if (*from == PCRE2_UNSET)
        return false;
    if (*to < *from) /* \K in a look-ahead may put the start behind the end */
        *to = *from;
    return true;
}

size_t gn_pattern_groups(const struct gn_pattern *p)
{
    return p->groups;
}

size_t gn_pattern_number(const struct gn_pattern *p, const char *name)
{
    const int n = pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)name);

    return n > 0 ? (size_t)n : 0;
}

const char *gn_pattern_name(const struct gn_pattern *p, size_t nth,
                            size_t *group)
{
    uint32_t count = 0;
    uint32_t size = 0;
    PCRE2_SPTR entry = NULL;

    (void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &count);
    (void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    (void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &entry);
    if (nth >= count)
        return NULL;
    entry += nth * size;
    *group = (size_t)entry[0] << 8 | entry[1];
    return (const char *)entry + 2;
}
