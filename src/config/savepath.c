#include "config/savepath.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/suggest.h"
#include "config/template.h"

enum { LONGEST = 4000 }; /* bytes; PATH_MAX less a folder's */

static const char *const words[] = {"name", "date", "time", "timestamp"};

static bool has_control(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
        if (*p < ' ' || *p == 0x7f)
            return true;
    return false;
}

static bool has_parent(const char *path)
{
    for (const char *p = path; *p != '\0'; p += *p == '/') {
        const size_t size = strcspn(p, "/");

        if (size == 2 && memcmp(p, "..", 2) == 0)
            return true;
        p += size;
    }
    return false;
}

enum garner_code gn_savepath_check(const char *text, struct garner_error *err)
{
    const char *slash = strrchr(text, '/');
    const char *name = slash != NULL ? slash + 1 : text;

    if (has_control(text))
        return gn_fail(err, GARNER_INVALID,
                       "the path has a control character; write printable "
                       "text");
    if (strlen(text) > LONGEST)
        return gn_fail(err, GARNER_INVALID,
                       "the path is over %d bytes long; shorten it", LONGEST);
    if (has_parent(text))
        return gn_fail(err, GARNER_INVALID,
                       "the path \"%.100s\" has \"..\"; write a path below "
                       "the file's folder, or one that begins with /",
                       text);
    if (*name == '\0' || strcmp(name, ".") == 0)
        return gn_fail(err, GARNER_INVALID,
                       "the path \"%.100s\" does not end with a file's name; "
                       "add one",
                       text);
    return GARNER_OK;
}

/* The value of one of our words in out. */
static void put_word(const struct gn_source *source, int word, int64_t wall_us,
                     struct gn_buf *out)
{
    const time_t seconds = (time_t)(wall_us / 1000000);
    struct tm t = {0};

    (void)gmtime_r(&seconds, &t); /* it fails in the year 2^31 alone */
    if (word == 0)
        gn_buf_text(out, source->name);
    else if (word == 1)
        gn_buf_printf(out, "%04d-%02d-%02d", t.tm_year + 1900, t.tm_mon + 1,
                      t.tm_mday);
    else if (word == 2)
        gn_buf_printf(out, "%02d%02d%02d", t.tm_hour, t.tm_min, t.tm_sec);
    else
        gn_buf_printf(out, "%" PRId64, (int64_t)seconds);
}

static const char *nth(const void *list, size_t i)
{
    const struct gn_source *source = list;
    const size_t count = sizeof words / sizeof words[0];

    return i < count ? words[i] : source->vars[i - count].name;
}

static enum garner_code put_value(const struct gn_source *source,
                                  const char *name, int64_t wall_us,
                                  struct gn_buf *out, struct garner_error *err)
{
    const size_t count = sizeof words / sizeof words[0];
    const char *meant;

    for (size_t i = 0; i < source->var_count; i++)
        if (strcmp(source->vars[i].name, name) == 0) {
            gn_buf_text(out, source->vars[i].value);
            return GARNER_OK;
        }
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], name) == 0) {
            put_word(source, (int)i, wall_us, out);
            return GARNER_OK;
        }
    meant = gn_suggest(name, nth, source, count + source->var_count);
    return gn_fail(err, GARNER_INVALID,
                   "the path has {%.60s}, which is no variable; %s%s%s", name,
                   meant != NULL ? "did you mean {"
                                 : "give it a value (vars), or write {name}, "
                                   "{date}, {time} or {timestamp}",
                   meant != NULL ? meant : "", meant != NULL ? "}?" : "");
}

static enum garner_code add_value(const struct gn_source *source,
                                  const char *text, size_t size,
                                  int64_t wall_us, struct gn_buf *out,
                                  struct garner_error *err)
{
    const size_t before = out->size;
    struct gn_buf name = {0};
    enum garner_code code;

    gn_buf_append(&name, text, size);
    code = gn_buf_failed(&name)
               ? gn_fail(err, GARNER_NOMEM, "out of memory")
               : put_value(source, gn_buf_cstr(&name), wall_us, out, err);
    if (code == GARNER_OK && !gn_buf_failed(out)) {
        const char *value = gn_buf_cstr(out) + before;

        if (strchr(value, '/') != NULL || has_control(value))
            code = gn_fail(err, GARNER_INVALID,
                           "the value of {%.40s}, \"%.80s\", has a \"/\" or a "
                           "control character, which the name of a file "
                           "cannot have",
                           gn_buf_cstr(&name), value);
    }
    gn_buf_fini(&name);
    return code;
}

static enum garner_code fill(const struct gn_source *source, int64_t wall_us,
                             struct gn_buf *out, struct garner_error *err)
{
    const char *p = source->save.path;
    enum garner_code code = GARNER_OK;

    while (code == GARNER_OK && *p != '\0') {
        const size_t plain = strcspn(p, "{");
        const size_t size =
            p[plain] == '{' ? gn_template_name(p + plain + 1) : 0;

        gn_buf_append(out, p, plain);
        p += plain;
        if (size > 0 && p[1 + size] == '}') {
            code = add_value(source, p + 1, size, wall_us, out, err);
            p += size + 2;
        } else if (*p != '\0') {
            gn_buf_byte(out, *p++);
        }
    }
    return code;
}

enum garner_code gn_savepath_fill(const struct gn_source *source,
                                  int64_t wall_us, struct gn_arena *memory,
                                  const char **out, struct garner_error *err)
{
    struct gn_buf whole = {0};
    enum garner_code code = fill(source, wall_us, &whole, err);

    *out = NULL;
    if (code == GARNER_OK && !gn_buf_failed(&whole))
        code = gn_savepath_check(gn_buf_cstr(&whole), err);
    if (code == GARNER_OK && !gn_buf_failed(&whole))
        *out = gn_arena_text(memory, gn_buf_cstr(&whole));
    if (code == GARNER_OK && *out == NULL)
        code = gn_fail(err, GARNER_NOMEM, "out of memory");
    gn_buf_fini(&whole);
    return code;
}
