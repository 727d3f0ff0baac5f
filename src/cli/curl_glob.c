#include "cli/curl_glob.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/template.h"
#include "config/vars.h"

enum { MOST = GN_VARS_MOST, WIDEST = 9 };

/* What [from-to:step] says. */
struct range {
    long from;
    long to;
    long step;
    int width; /* of numbers, with zeros before them; 0: of letters */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Reads one end of a range; returns what follows, NULL: it is none. */
static const char *read_end(const char *text, long *value, int *width)
{
    const size_t n = strspn(text, "0123456789");

    if (n > 0 && n <= WIDEST) {
        *value = strtol(text, NULL, 10);
        *width = (int)n;
        return text + n;
    }
    if (!is_letter(text[0]) || is_letter(text[1]) || is_digit(text[1]))
        return NULL;
    *value = (unsigned char)text[0];
    *width = 0;
    return text + 1;
}

/* Reads "1-10:2]"; returns what follows it, NULL: it is no range. */
static const char *read_range(const char *text, struct range *r)
{
    int width;

    text = read_end(text, &r->from, &r->width);
    if (text == NULL || *text != '-')
        return NULL;
    text = read_end(text + 1, &r->to, &width);
    r->step = 1;
    if (text != NULL && *text == ':' && is_digit(text[1])) {
        const size_t n = strspn(text + 1, "0123456789");

        r->step = n <= WIDEST ? strtol(text + 1, NULL, 10) : 0;
        text += 1 + n;
    }
    if (text == NULL || *text != ']' || (width == 0) != (r->width == 0) ||
        r->to < r->from || r->step < 1)
        return NULL;
    return text + 1;
}

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "out of memory");
}

static enum garner_code too_many(struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID,
                   "1: the URL stands for more than %d; put them into a file, "
                   "a URL a line, and write urls: { file: ... }",
                   MOST);
}

static enum garner_code fill_range(const struct range *r,
                                   struct gn_arena *memory,
                                   struct gn_curl_glob *glob,
                                   struct garner_error *err)
{
    const long count = (r->to - r->from) / r->step + 1;
    const bool padded = r->width > 1;
    char text[24];

    if (count > MOST)
        return too_many(err);
    glob->values =
        gn_arena_alloc(memory, (size_t)count * sizeof glob->values[0]);
    if (glob->values == NULL)
        return no_memory(err);
    for (long i = 0; i < count; i++) {
        const long value = r->from + i * r->step;

        if (r->width == 0)
            snprintf(text, sizeof text, "%c", (char)value);
        else
            snprintf(text, sizeof text, "%0*ld", padded ? r->width : 1, value);
        glob->values[i] = gn_arena_text(memory, text);
        if (glob->values[i] == NULL)
            return no_memory(err);
    }
    glob->count = (size_t)count;
    return GARNER_OK;
}

/* What stands between braces, size bytes with a comma in them. */
static enum garner_code fill_list(const char *text, size_t size,
                                  struct gn_arena *memory,
                                  struct gn_curl_glob *glob,
                                  struct garner_error *err)
{
    size_t count = 1;

    for (size_t i = 0; i < size; i++)
        count += text[i] == ',';
    if (count > MOST)
        return too_many(err);
    glob->values = gn_arena_alloc(memory, count * sizeof glob->values[0]);
    if (glob->values == NULL)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        const size_t n = strcspn(text, ",}");

        for (size_t c = 0; c < n; c++)
            if (!is_letter(text[c]) && !is_digit(text[c]) &&
                strchr("-_.~", text[c]) == NULL)
                return gn_fail(err, GARNER_INVALID,
                               "1: \"%.*s\" in {} is no single part of the "
                               "URL; write a command for each",
                               (int)(n < 100 ? n : 100), text);
        glob->values[i] = gn_arena_copy(memory, text, n);
        if (glob->values[i] == NULL)
            return no_memory(err);
        text += n + 1;
    }
    glob->count = count;
    return GARNER_OK;
}

/* Reads what may begin at *at into glob, and goes on behind it; nothing does if
 * glob has no values then. */
static enum garner_code read_one(const char **at, struct gn_arena *memory,
                                 struct gn_curl_glob *glob,
                                 struct garner_error *err)
{
    const char *text = *at + 1;
    const size_t n = strcspn(text, "{}");
    enum garner_code code = GARNER_OK;
    struct range range;
    const char *end;

    if (**at == '{' && text[n] == '}' && memchr(text, ',', n) != NULL) {
        code = fill_list(text, n, memory, glob, err);
        *at = text + n + 1;
    } else if (**at == '[' && (end = read_range(text, &range)) != NULL) {
        code = fill_range(&range, memory, glob, err);
        *at = end;
    }
    return code;
}

/* Appends a character as it is in a URL without variables. */
static void add_plain(struct gn_buf *out, char c)
{
    if (c == '{' || c == '}')
        gn_buf_text(out, c == '{' ? "%7B" : "%7D");
    else
        gn_buf_byte(out, c);
}

static bool is_taken(const char *name, const char *const *texts)
{
    while (*texts != NULL && !gn_template_uses(*texts, name))
        texts++;
    return *texts != NULL;
}

/* A name for the number-th; NULL: no memory. */
static const char *name_of(size_t number, const char *const *texts,
                           struct gn_arena *memory)
{
    const char *name = gn_arena_printf(memory, "part%zu", number);

    for (size_t i = 2; name != NULL && is_taken(name, texts); i++)
        name = gn_arena_printf(memory, "part%zu_%zu", number, i);
    return name;
}

static enum garner_code read_all(const char *url, const char *const *texts,
                                 struct gn_arena *memory,
                                 struct gn_curl_globs *globs,
                                 struct gn_buf *out, struct garner_error *err)
{
    size_t product = 1;

    while (*url != '\0') {
        struct gn_curl_glob glob = {0};
        const enum garner_code code = read_one(&url, memory, &glob, err);

        if (code != GARNER_OK)
            return code;
        if (glob.count == 0) {
            add_plain(out, *url++);
            continue;
        }
        product *= glob.count;
        if (product > MOST || globs->count == GN_CURL_GLOBS)
            return too_many(err);
        glob.name = name_of(globs->count + 1, texts, memory);
        if (glob.name == NULL)
            return no_memory(err);
        gn_buf_printf(out, "{%s}", glob.name);
        globs->all[globs->count++] = glob;
    }
    return GARNER_OK;
}

enum garner_code gn_curl_glob(const char *url, const char *const *texts,
                              struct gn_arena *memory,
                              struct gn_curl_globs *globs,
                              struct garner_error *err)
{
    struct gn_buf out = {0};
    enum garner_code code;

    *globs = (struct gn_curl_globs){.url = url};
    code = read_all(url, texts, memory, globs, &out, err);
    if (code == GARNER_OK && globs->count > 0) {
        globs->url = gn_buf_failed(&out)
                         ? NULL
                         : gn_arena_text(memory, gn_buf_cstr(&out));
        if (globs->url == NULL)
            code = no_memory(err);
    }
    gn_buf_fini(&out);
    return code;
}
