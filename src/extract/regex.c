#include "extract/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/utf8.h"

/* What a match may take. A step is a call of PCRE2's inner match: tens of
 * nanoseconds. */
enum {
    STEPS = 1000000,
    STEPS_PER_BYTE = 16,
    MOST_STEPS = 100000000,
    HEAP_KIB = 64 << 10,
    MOST_PATTERN = 10000
};

struct gn_regex {
    char *pattern;
    size_t size;
    unsigned held;
    pcre2_general_context *memory;
    pcre2_code *code;
    pcre2_match_data *result;
    pcre2_match_context *limits;
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

static void free_regex(struct gn_regex *r)
{
    pcre2_match_context_free(r->limits);
    pcre2_match_data_free(r->result);
    pcre2_code_free(r->code);
    pcre2_general_context_free(r->memory);
    gn_free(r->pattern);
    gn_free(r);
}

void gn_regex_hold(struct gn_regex *r)
{
    if (r != NULL)
        r->held++;
}

void gn_regex_release(struct gn_regex *r)
{
    if (r != NULL && --r->held == 0)
        free_regex(r);
}

void gn_regexes_fini(struct gn_regexes *r)
{
    for (size_t i = 0; i < r->count; i++)
        gn_regex_release(r->kept[i]);
    *r = (struct gn_regexes){0};
}

/* --- compiling ------------------------------------------------------------*/

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "no memory for a regular expression");
}

/* How PCRE2 says that there was no memory differs from place to place. */
static enum garner_code refuse(const struct gn_regex *r, int number,
                               size_t offset, struct garner_error *err)
{
    PCRE2_UCHAR text[100] = "";

    if (number == PCRE2_ERROR_NOMEMORY || number == PCRE2_ERROR_HEAP_FAILED)
        return no_memory(err);
    (void)pcre2_get_error_message(number, text, sizeof text);
    return gn_fail(err, GARNER_INVALID,
                   "the regular expression at byte %zu: %s: %.*s", offset,
                   (const char *)text, r->size < 80 ? (int)r->size : 80,
                   r->pattern);
}

static enum garner_code compile(struct gn_regex *r, struct garner_error *err)
{
    pcre2_compile_context *context;
    PCRE2_SIZE offset = 0;
    int number = PCRE2_ERROR_NOMEMORY;

    r->memory = pcre2_general_context_create(allocate, release, NULL);
    if (r->memory == NULL)
        return no_memory(err);
    context = pcre2_compile_context_create(r->memory);
    if (context != NULL)
        r->code = pcre2_compile((PCRE2_SPTR)r->pattern, r->size,
                                PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C,
                                &number, &offset, context);
    pcre2_compile_context_free(context);
    if (r->code == NULL)
        return refuse(r, number, offset, err);
    (void)pcre2_pattern_info(r->code, PCRE2_INFO_CAPTURECOUNT, &r->groups);
    r->result = pcre2_match_data_create_from_pattern(r->code, r->memory);
    r->limits = pcre2_match_context_create(r->memory);
    if (r->result == NULL || r->limits == NULL)
        return no_memory(err);
    (void)pcre2_set_heap_limit(r->limits, HEAP_KIB);
    return GARNER_OK;
}

static void keep(struct gn_regexes *all, struct gn_regex *r)
{
    gn_regex_hold(r);
    if (all->count < GN_REGEX_KEPT) {
        all->kept[all->count++] = r;
        return;
    }
    gn_regex_release(all->kept[all->oldest]);
    all->kept[all->oldest] = r;
    all->oldest = (all->oldest + 1) % GN_REGEX_KEPT;
}

enum garner_code gn_regexes_get(struct gn_regexes *all, const char *pattern,
                                size_t size, struct gn_regex **out,
                                struct garner_error *err)
{
    struct gn_regex *r;
    enum garner_code code;

    for (size_t i = 0; i < all->count; i++)
        if (all->kept[i]->size == size &&
            memcmp(all->kept[i]->pattern, pattern, size) == 0) {
            *out = all->kept[i];
            return GARNER_OK;
        }
    if (size > MOST_PATTERN)
        return gn_fail(err, GARNER_INVALID,
                       "the regular expression is longer than %d bytes",
                       MOST_PATTERN);
    r = gn_alloc(sizeof *r);
    if (r == NULL)
        return no_memory(err);
    r->size = size;
    r->pattern = gn_memdup(pattern, size);
    code = r->pattern != NULL ? compile(r, err) : no_memory(err);
    if (code != GARNER_OK) {
        free_regex(r);
        return code;
    }
    keep(all, r);
    *out = r;
    return GARNER_OK;
}

/* --- texts ----------------------------------------------------------------*/

/* Bytes from at on that are UTF-8. */
static size_t good_bytes(const char *at, size_t size)
{
    size_t good = 0;
    size_t length = 1;

    while (good < size && length > 0) {
        length =
            (at[good] & 0x80) == 0 ? 1 : gn_utf8_length(at + good, size - good);
        good += length;
    }
    return good;
}

enum garner_code gn_regex_repair(const char *text, size_t size,
                                 struct gn_buf *out)
{
    size_t good = good_bytes(text, size);

    if (good == size)
        return GARNER_DONE;
    while (size > 0) {
        gn_buf_append(out, text, good);
        if (good < size)
            gn_buf_text(out, "\xef\xbf\xbd");
        good += good < size;
        text += good;
        size -= good;
        good = good_bytes(text, size);
    }
    return gn_buf_failed(out) ? GARNER_NOMEM : GARNER_OK;
}

/* --- matching -------------------------------------------------------------*/

static enum garner_code take_parts(const struct gn_regex *r, const char *text,
                                   struct gn_regex_match *match,
                                   struct garner_error *err)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(r->result);

    if (match->count != r->groups + 1) {
        struct gn_regex_part *parts =
            gn_realloc(match->parts, (r->groups + 1) * sizeof match->parts[0]);

        if (parts == NULL)
            return no_memory(err);
        match->parts = parts;
        match->count = r->groups + 1;
    }
    for (size_t i = 0; i < match->count; i++) {
        const PCRE2_SIZE from = ends[2 * i];
        const PCRE2_SIZE to = ends[2 * i + 1];

        /* \K in a look-ahead may put the start behind the end */
        match->parts[i] = (struct gn_regex_part){
            from != PCRE2_UNSET ? text + from : NULL,
            from != PCRE2_UNSET && to > from ? to - from : 0};
    }
    return GARNER_OK;
}

enum garner_code gn_regex_find(struct gn_regex *r, const char *text,
                               size_t size, size_t start,
                               struct gn_regex_match *match,
                               struct garner_error *err)
{
    const size_t steps = STEPS + size * STEPS_PER_BYTE;
    PCRE2_UCHAR what[100] = "";
    int rc;

    (void)pcre2_set_match_limit(
        r->limits, (uint32_t)(steps < MOST_STEPS ? steps : MOST_STEPS));
    /* PCRE2 would look through all that is left for each of many matches */
    rc = pcre2_match(r->code, (PCRE2_SPTR)text, size, start, PCRE2_NO_UTF_CHECK,
                     r->result, r->limits);
    if (rc == PCRE2_ERROR_NOMATCH)
        return GARNER_DONE;
    if (rc > 0)
        return take_parts(r, text, match, err);
    if (rc == PCRE2_ERROR_NOMEMORY)
        return no_memory(err);
    if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT)
        return gn_fail(err, GARNER_INVALID,
                       "the regular expression takes too long on a text of "
                       "%zu bytes: %.*s",
                       size, r->size < 80 ? (int)r->size : 80, r->pattern);
    (void)pcre2_get_error_message(rc, what, sizeof what);
    return gn_fail(err, GARNER_INVALID, "the regular expression %.*s: %s",
                   r->size < 80 ? (int)r->size : 80, r->pattern,
                   (const char *)what);
}

void gn_regex_match_fini(struct gn_regex_match *m)
{
    gn_free(m->parts);
    *m = (struct gn_regex_match){0};
}

/* --- groups ---------------------------------------------------------------*/

size_t gn_regex_groups(const struct gn_regex *r)
{
    return r->groups;
}

size_t gn_regex_group(const struct gn_regex *r, const char *name)
{
    const int n = pcre2_substring_number_from_name(r->code, (PCRE2_SPTR)name);

    return n > 0 ? (size_t)n : 0;
}

void gn_regex_write_part(const struct gn_regex_part *p, struct gn_json *out)
{
    if (p->text != NULL)
        gn_json_text_n(out, p->text, p->size);
    else
        gn_json_null(out);
}

void gn_regex_write_named(const struct gn_regex *r,
                          const struct gn_regex_match *m, struct gn_json *out)
{
    uint32_t count = 0;
    uint32_t size = 0;
    PCRE2_SPTR entry = NULL;

    (void)pcre2_pattern_info(r->code, PCRE2_INFO_NAMECOUNT, &count);
    (void)pcre2_pattern_info(r->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    (void)pcre2_pattern_info(r->code, PCRE2_INFO_NAMETABLE, &entry);
    gn_json_open(out, '{');
    for (uint32_t i = 0; i < count; i++, entry += size) {
        const size_t group = (size_t)entry[0] << 8 | entry[1];

        gn_json_key(out, (const char *)entry + 2);
        gn_regex_write_part(&m->parts[group], out);
    }
    gn_json_close(out, '}');
}
