#include "engine/tell/sending.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mask.h"
#include "base/mem.h"
#include "base/random.h"
#include "engine/tell/letter.h"
#include "fetch/backoff.h"

enum {
    MOST_OUTPUT = 16 * 1024, /* kept of a command's */
    FIRST_WAIT_MS = 1000,
    LAST_WAIT_MS = 3600 * 1000
};
#define A_DAY_US (INT64_C(24) * 3600 * 1000000)

/* --- its end -------------------------------------------------------------- */

static void write_outcome(uv_work_t *work)
{
    struct gn_sending *s = work->data;
    const struct gn_outcome o = {
        .is_done = s->is_over,
        .at_us = s->at_us,
        .outcome = gn_buf_cstr(&s->outcome),
        .output = s->output.size > 0 ? gn_buf_cstr(&s->output) : NULL};
    struct garner_batch *batch;

    s->code = garner_batch_new(&batch, &s->err);
    for (size_t i = 0; i < s->count && s->code == GARNER_OK; i++)
        s->code = gn_outbox_add_outcome(batch, s->messages[i].id,
                                        s->messages[i].source_id, &o, &s->err);
    if (s->code == GARNER_OK)
        s->code = garner_write(s->way->store, batch, NULL, &s->err);
    garner_batch_free(batch);
}

static void written(uv_work_t *work, int status)
{
    struct gn_sending *s = work->data;

    (void)status; /* it is never canceled */
    if (s->code != GARNER_OK)
        gn_log(GN_LOG_WARN, s->messages[0].source,
               "what became of a message cannot be stored, so it is sent "
               "again: %s",
               s->err.message);
    s->way->ended(s->way->context, s, s->code);
}

static void log_outcome(const struct gn_sending *s)
{
    const struct gn_message *m = &s->messages[0];
    const char *output = gn_buf_cstr(&s->output);

    if (s->went_well)
        return;
    gn_log(GN_LOG_WARN, m->source, "%s %s: %s%s%.*s%s",
           m->recipient != NULL ? "notify" : "the hook for",
           m->recipient != NULL ? m->recipient : gn_event_word(m->event),
           gn_buf_cstr(&s->outcome), *output != '\0' ? ": " : "",
           (int)strcspn(output, "\n"), output,
           s->is_over ? "" : "; it is sent again");
}

/* It has gone, or not; the store is told, unless it is to be sent as if it had
 * never been tried. */
static void settle(struct gn_sending *s)
{
    const struct gn_backoff b = {.least_ms = FIRST_WAIT_MS,
                                 .most_ms = LAST_WAIT_MS};
    const int64_t now_us = gn_clock_wall_us();
    const int64_t wait_ms = gn_backoff_delay_ms(
        &b, s->messages[0].tries + 1, gn_random_fraction(&s->way->random));

    if (s->given_up && !s->went_well) {
        s->way->ended(s->way->context, s, GARNER_CANCELED);
        return;
    }
    s->is_over = s->is_over || s->went_well ||
                 now_us - s->messages[0].created_us > A_DAY_US;
    s->at_us = s->is_over ? now_us : now_us + wait_ms * 1000;
    log_outcome(s);
    s->work.data = s;
    GN_CHECK(uv_queue_work(s->way->loop, &s->work, write_outcome, written) ==
             0); /* it only looks at its arguments */
}

/* --- its way -------------------------------------------------------------- */

/* How many bytes the longest of them takes, as it may be written (mask.h). */
static size_t longest(const char *const *secrets)
{
    size_t most = 0;

    for (; *secrets != NULL; secrets++) {
        const size_t size = strlen(*secrets);

        most = size > most ? size : most;
    }
    return most * 3;
}

/* So much was read that one which the cut goes through is known. */
static void keep_output(struct gn_sending *s, const struct gn_child_end *end)
{
    const char *text = gn_buf_cstr(&end->output);
    const size_t size = strlen(text); /* as it is stored */
    const bool is_cut = end->is_cut || end->output.size > MOST_OUTPUT;

    gn_mask_first(&s->output, text, size < MOST_OUTPUT ? size : MOST_OUTPUT,
                  s->secrets, GN_MASK_LONG);
    if (is_cut)
        gn_buf_text(&s->output, "\n[cut]");
}

static void command_ended(void *context, struct gn_child_end *end)
{
    struct gn_sending *s = context;

    s->child = NULL;
    s->went_well = gn_child_did_well(end);
    s->is_over = s->messages[0].recipient == NULL;
    gn_child_tell(end, &s->outcome);
    keep_output(s, end);
    settle(s);
}

static void requested(void *context, struct gn_response *response)
{
    struct gn_sending *s = context;

    s->transfer = NULL;
    if (response->failure != GN_FAILURE_NONE)
        gn_buf_text(&s->outcome, response->error);
    else
        gn_buf_printf(&s->outcome, "status %d", response->status);
    s->went_well = response->failure == GN_FAILURE_NONE &&
                   response->status >= 200 && response->status < 300;
    settle(s);
}

static enum garner_code run(struct gn_sending *s, struct garner_error *err)
{
    const struct gn_message *m = &s->messages[0];
    struct gn_child_spec spec = {.argv = s->reach->argv,
                                 .folder = s->folder,
                                 .timeout_ms = s->reach->timeout_ms,
                                 .output_max =
                                     MOST_OUTPUT + longest(s->secrets)};

    spec.env = gn_letter_env(m, s->reach->env, &s->memory);
    if (m->recipient != NULL)
        gn_letter_text(s->messages, s->count, &s->body);
    else if (m->rows != NULL)
        gn_buf_text(&s->body, m->rows);
    if (spec.env == NULL || gn_buf_failed(&s->body))
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    spec.input = s->body.data;
    spec.input_size = s->body.size;
    return gn_child_start(s->way->loop, &spec, command_ended, s, &s->child,
                          err);
}

static enum garner_code request(struct gn_sending *s, struct garner_error *err)
{
    static const char *const headers[] = {"Content-Type: application/json",
                                          NULL};
    struct gn_request r = s->reach->webhook;
    enum garner_code code;

    if (s->messages[0].recipient != NULL)
        gn_letter_json_all(s->messages, s->count, &s->body);
    else
        gn_letter_json(&s->messages[0], &s->body);
    if (gn_buf_failed(&s->body))
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    r.headers = headers;
    r.body = s->body.data;
    r.body_size = s->body.size;
    r.limits.total_ms = s->reach->timeout_ms;
    code = gn_target_new(&r, &s->target, err);
    if (code != GARNER_OK)
        return code;
    return gn_fetcher_start(s->way->fetcher, s->target, requested, s,
                            &s->transfer, err);
}

static void dispatch(struct gn_sending *s)
{
    struct garner_error err;
    enum garner_code code = GARNER_OK;

    if (s->reach == NULL) {
        gn_buf_text(&s->outcome, "nobody is to hear of it any more");
        s->went_well = true;
        settle(s);
        return;
    }
    code = s->reach->argv != NULL ? run(s, &err) : request(s, &err);
    if (code == GARNER_OK)
        return;
    s->is_over = s->messages[0].recipient == NULL && code != GARNER_NOMEM;
    gn_mask(&s->outcome, err.message, s->secrets, GN_MASK_LONG);
    settle(s);
}

/* The folder of path, in the sending's memory. false: no memory. */
static bool find_folder(struct gn_sending *s, const char *path)
{
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;

    if (slash == NULL || slash == path)
        return true;
    s->folder = gn_arena_copy(&s->memory, path, (size_t)(slash - path));
    return s->folder != NULL;
}

static size_t count_of(const char *const *list)
{
    size_t n = 0;

    while (list != NULL && list[n] != NULL)
        n++;
    return n;
}

/* All of both, in the sending's memory. false: no memory. */
static bool join_secrets(struct gn_sending *s, const char *const *own,
                         const char *const *others)
{
    const size_t n = count_of(own);
    const size_t all = n + count_of(others);

    s->secrets = gn_arena_zeroed(&s->memory, (all + 1) * sizeof s->secrets[0]);
    for (size_t i = 0; i < all && s->secrets != NULL; i++)
        s->secrets[i] = i < n ? own[i] : others[i - n];
    return s->secrets != NULL;
}

struct gn_sending *gn_sending_begin(struct gn_sending_way *way,
                                    struct gn_message *messages, size_t count,
                                    const struct gn_reach *reach,
                                    const char *const *secrets,
                                    const char *path)
{
    struct gn_sending *s = gn_alloc(sizeof *s);
    struct gn_message *ours = gn_realloc(NULL, count * sizeof *ours);

    if (s == NULL || ours == NULL || !find_folder(s, path) ||
        !join_secrets(s, reach != NULL ? reach->secrets : NULL, secrets)) {
        if (s != NULL)
            gn_arena_clear(&s->memory);
        gn_free(s);
        gn_free(ours);
        return NULL;
    }
    memcpy(ours, messages, count * sizeof *ours);
    memset(messages, 0, count * sizeof *messages);
    s->messages = ours;
    s->count = count;
    s->way = way;
    s->reach = reach;
    dispatch(s);
    return s;
}

void gn_sending_give_up(struct gn_sending *s)
{
    s->given_up = true;
    if (s->child != NULL)
        gn_child_stop(s->child);
    if (s->transfer != NULL)
        gn_fetcher_cancel(s->way->fetcher, s->transfer);
}

void gn_sending_free(struct gn_sending *s)
{
    for (size_t i = 0; i < s->count; i++)
        gn_message_fini(&s->messages[i]);
    gn_free(s->messages);
    gn_target_free(s->target);
    gn_buf_fini(&s->body);
    gn_buf_fini(&s->outcome);
    gn_buf_fini(&s->output);
    gn_arena_clear(&s->memory);
    gn_free(s);
}
