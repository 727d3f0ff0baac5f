#include "config/secret.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "config/file.h"

enum { SECRET_MAX = 64 * 1024 };

const char *gn_secret_path(const char *path, const char *folder,
                           struct gn_arena *memory)
{
    if (path[0] == '/' || folder[0] == '\0')
        return gn_arena_text(memory, path);
    return gn_arena_printf(memory, "%s/%s", folder, path);
}

static void add_stand_in(const char *name, struct gn_buf *out)
{
    gn_buf_text(out, GN_SECRET_STAND_IN);
    for (; *name != '\0'; name++)
        gn_buf_byte(out, isalnum((unsigned char)*name) != 0
                             ? (char)tolower((unsigned char)*name)
                             : '-');
}

static enum garner_code add_env(const char *name, struct gn_buf *out,
                                struct garner_error *err)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets the environment */
    const char *value = getenv(name);

    if (value == NULL)
        return gn_fail(err, GARNER_NOTFOUND,
                       "${env:%.80s}: no such environment variable; set it "
                       "before garner starts",
                       name);
    gn_buf_text(out, value);
    return GARNER_OK;
}

/* What the file at whole holds, which name, as it is written, stands for. */
static enum garner_code add_file(const char *whole, const char *name,
                                 struct gn_buf *out, struct garner_error *err)
{
    const size_t before = out->size;
    struct garner_error why;
    enum garner_code code;

    if (whole == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    code = gn_file_read(whole, SECRET_MAX, true, out, &why);
    if (code != GARNER_OK)
        return gn_fail(err, code, "${%.80s}: %s", name, why.message);
    if (memchr(out->data + before, '\0', out->size - before) != NULL)
        return gn_fail(err, GARNER_INVALID,
                       "${%.80s}: the file holds a NUL byte; it must be text",
                       name);
    if (out->size > before && out->data[out->size - 1] == '\n')
        out->data[--out->size] = '\0';
    if (out->size > before && out->data[out->size - 1] == '\r')
        out->data[--out->size] = '\0';
    return GARNER_OK;
}

/* name is "cred:NAME". */
static enum garner_code check_credential(const char *name,
                                         struct garner_error *err)
{
    if (strchr(name, '/') == NULL && strcmp(name + 5, "..") != 0 &&
        strcmp(name + 5, ".") != 0)
        return GARNER_OK;
    return gn_fail(err, GARNER_INVALID,
                   "${%.80s}: a credential has a name, not a path; for a file "
                   "write ${file:PATH}",
                   name);
}

static enum garner_code add_credential(const char *name,
                                       struct gn_arena *memory,
                                       struct gn_buf *out,
                                       struct garner_error *err)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing sets the environment */
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    if (folder == NULL || folder[0] == '\0')
        return gn_fail(err, GARNER_NOTFOUND,
                       "${%.80s}: there is no $CREDENTIALS_DIRECTORY; have "
                       "systemd start garner, with LoadCredential=",
                       name);
    return add_file(gn_secret_path(name + 5, folder, memory), name, out, err);
}

/* name is "env:NAME" and so on, from between the braces. */
static enum garner_code add_reference(const char *name, const char *folder,
                                      struct gn_arena *memory,
                                      struct gn_buf *out,
                                      struct garner_error *err)
{
    const bool is_env = strncmp(name, "env:", 4) == 0 && name[4] != '\0';
    const bool is_file = strncmp(name, "file:", 5) == 0 && name[5] != '\0';
    const bool is_cred = strncmp(name, "cred:", 5) == 0 && name[5] != '\0';

    if (!is_env && !is_file && !is_cred)
        return gn_fail(err, GARNER_INVALID,
                       "${%.40s} is no reference; write ${env:NAME}, "
                       "${file:PATH}, ${cred:NAME}, or $${ for ${ itself",
                       name);
    if (is_cred && check_credential(name, err) != GARNER_OK)
        return GARNER_INVALID;
    if (folder == NULL) {
        add_stand_in(name, out);
        return GARNER_OK;
    }
    if (is_env)
        return add_env(name + 4, out, err);
    return is_file ? add_file(gn_secret_path(name + 5, folder, memory), name,
                              out, err)
                   : add_credential(name, memory, out, err);
}

/* Notes the value that out has got from its byte before on. */
static enum garner_code note(const struct gn_buf *out, size_t before,
                             struct gn_arena *memory, struct gn_secret **found,
                             struct garner_error *err)
{
    struct gn_secret *secret = gn_arena_alloc(memory, sizeof *secret);

    if (secret == NULL || gn_buf_failed(out))
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    secret->value = gn_arena_text(memory, gn_buf_cstr(out) + before);
    secret->next = *found;
    secret->at = before;
    *found = secret;
    return secret->value != NULL ? GARNER_OK
                                 : gn_fail(err, GARNER_NOMEM, "out of memory");
}

static enum garner_code expand(const char *p, const char *folder,
                               struct gn_arena *memory,
                               struct gn_secret **found, struct gn_buf *out,
                               struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    size_t before;

    while (code == GARNER_OK) {
        const char *mark = strstr(p, "${");
        const char *close = mark != NULL ? strchr(mark, '}') : NULL;
        const char *name;

        if (mark == NULL) {
            gn_buf_text(out, p);
            return GARNER_OK;
        }
        if (mark > p && mark[-1] == '$') {
            gn_buf_append(out, p, (size_t)(mark - 1 - p));
            gn_buf_text(out, "${");
            p = mark + 2;
            continue;
        }
        if (close == NULL)
            return gn_fail(err, GARNER_INVALID,
                           "${ has no closing }; write $${ for ${ itself");
        gn_buf_append(out, p, (size_t)(mark - p));
        name = gn_arena_copy(memory, mark + 2, (size_t)(close - mark - 2));
        if (name == NULL)
            return gn_fail(err, GARNER_NOMEM, "out of memory");
        before = out->size;
        code = add_reference(name, folder, memory, out, err);
        if (code == GARNER_OK)
            code = note(out, before, memory, found, err);
        p = close + 1;
    }
    return code;
}

enum garner_code gn_secret_expand(const char *text, const char *folder,
                                  struct gn_arena *memory,
                                  struct gn_secret **found, const char **out,
                                  struct garner_error *err)
{
    struct gn_buf whole = {0};
    enum garner_code code;

    *out = text;
    if (strstr(text, "${") == NULL)
        return GARNER_OK;
    code = expand(text, folder, memory, found, &whole, err);
    if (code == GARNER_OK) {
        *out = gn_buf_failed(&whole)
                   ? NULL
                   : gn_arena_text(memory, gn_buf_cstr(&whole));
        if (*out == NULL)
            code = gn_fail(err, GARNER_NOMEM, "out of memory");
    }
    gn_buf_fini(&whole);
    return code;
}

void gn_secret_join(struct gn_secret **list, struct gn_secret *more)
{
    struct gn_secret *last = more;

    if (more == NULL)
        return;
    while (last->next != NULL)
        last = last->next;
    last->next = *list;
    *list = more;
}
