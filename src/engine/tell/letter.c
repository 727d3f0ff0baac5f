#include "engine/tell/letter.h"

#include <inttypes.h>
#include <string.h>

#include "base/json.h"

enum { MOST_NAMES = 12 };

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

const char *const *gn_letter_env(const struct gn_message *m,
                                 const char *const *more,
                                 struct gn_arena *memory)
{
    const char **env;
    size_t n = 0;

    while (more != NULL && more[n] != NULL)
        n++;
    env = gn_arena_zeroed(memory, (MOST_NAMES + n) * sizeof *env);
    if (env == NULL)
        return NULL;
    if (n > 0)
        memcpy(env, more, n * sizeof *env);
    env[n++] =
        gn_arena_printf(memory, "GARNER_EVENT=%s", gn_event_word(m->event));
    env[n++] = gn_arena_printf(memory, "GARNER_SOURCE=%s", or_empty(m->source));
    env[n++] = gn_arena_printf(memory, "GARNER_URL=%s", or_empty(m->url));
    env[n++] = gn_arena_printf(memory, "GARNER_RUN=%" PRId64, m->run);
    env[n++] = gn_arena_printf(memory, "GARNER_FILE=%s", or_empty(m->file));
    env[n++] = gn_arena_printf(memory, "GARNER_STATUS=%d", m->status);
    env[n++] =
        gn_arena_printf(memory, "GARNER_FAILURE=%s", or_empty(m->failure));
    env[n++] = gn_arena_printf(memory, "GARNER_ERROR=%s", or_empty(m->error));
    env[n++] = gn_arena_printf(memory, "GARNER_ROWS=%" PRId64,
                               m->row_count > 0 ? m->row_count : 0);
    env[n++] = gn_arena_printf(memory, "GARNER_TEXT=%s", or_empty(m->text));
    for (size_t i = 0; i < n; i++)
        if (env[i] == NULL)
            return NULL;
    return env;
}

void gn_letter_text(const struct gn_message *messages, size_t count,
                    struct gn_buf *out)
{
    for (size_t i = 0; i < count; i++) {
        gn_buf_text(out, or_empty(messages[i].text));
        gn_buf_byte(out, '\n');
    }
}

/* Lines of JSON as an array. */
static void add_rows(struct gn_json *j, const char *lines)
{
    const char *end;

    gn_json_open(j, '[');
    for (bool first = true; lines != NULL && (end = strchr(lines, '\n'));
         lines = end + 1, first = false) {
        if (!first)
            gn_buf_byte(j->out, ',');
        gn_buf_append(j->out, lines, (size_t)(end - lines));
    }
    gn_json_close(j, ']');
}

static void add_text(struct gn_json *j, const char *key, const char *text)
{
    gn_json_key(j, key);
    gn_json_text(j, text);
}

static void add_message(struct gn_json *j, const struct gn_message *m)
{
    gn_json_open(j, '{');
    gn_json_key(j, "id");
    gn_json_integer(j, m->id);
    add_text(j, "event", gn_event_word(m->event));
    add_text(j, "source", m->source);
    add_text(j, "url", m->url);
    gn_json_key(j, "run");
    gn_json_integer(j, m->run);
    gn_json_key(j, "status");
    if (m->status != 0)
        gn_json_integer(j, m->status);
    else
        gn_json_null(j);
    add_text(j, "failure", m->failure);
    add_text(j, "error", m->error);
    if (m->text != NULL)
        add_text(j, "text", m->text);
    if (m->file != NULL)
        add_text(j, "file", m->file);
    if (m->recipient == NULL) {
        gn_json_key(j, "row_count");
        gn_json_integer(j, m->row_count > 0 ? m->row_count : 0);
        gn_json_key(j, "rows");
        add_rows(j, m->rows);
    }
    gn_json_close(j, '}');
}

void gn_letter_json(const struct gn_message *m, struct gn_buf *out)
{
    struct gn_json j;

    gn_json_init(&j, out);
    add_message(&j, m);
}

void gn_letter_json_all(const struct gn_message *messages, size_t count,
                        struct gn_buf *out)
{
    struct gn_buf text = {0};
    struct gn_json j;

    gn_letter_text(messages, count, &text);
    if (text.size > 0)
        text.data[--text.size] = '\0'; /* without the last line feed */
    gn_json_init(&j, out);
    gn_json_open(&j, '{');
    add_text(&j, "text", gn_buf_cstr(&text));
    gn_json_key(&j, "messages");
    gn_json_open(&j, '[');
    for (size_t i = 0; i < count; i++)
        add_message(&j, &messages[i]);
    gn_json_close(&j, ']');
    gn_json_close(&j, '}');
    out->failed = out->failed || gn_buf_failed(&text);
    gn_buf_fini(&text);
}
