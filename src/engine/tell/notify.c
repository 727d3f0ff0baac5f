#include "engine/tell/notify.h"

#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "engine/tell/outbox.h"
#include "engine/tell/sending.h"
#include "schedule/window.h"

enum {
    MOST_HOOKS = 8,    /* under way at a time */
    MOST_HEADS = 16,   /* read at once: busy ones are among them */
    MOST_DIGEST = 100, /* messages in one */
    AGAIN_MS = 5000,   /* after the store failed */
};
#define A_SECOND_US INT64_C(1000000)
#define NEVER       INT64_MAX

/* A look into the outbox. Another thread's while it is under way. */
struct look {
    uv_work_t work;
    struct gn_message hooks[MOST_HEADS];
    size_t hook_count;
    struct room {
        struct gn_message *mail; /* MOST_DIGEST for each notifier */
        size_t *mail_count; /* of each; those that are busy are passed over */
        bool *is_busy;
    } room;
    int64_t next_us; /* when to look again by itself */
    int64_t due_us;  /* when a message is to be tried again */
    enum garner_code code;
    struct garner_error err;
};

struct gn_notify {
    struct gn_notify_options options;
    struct gn_sending_way way;
    uv_timer_t timer;
    TAILQ_HEAD(, gn_sending) sendings;
    size_t hooks_out; /* of those */
    struct look look;
    bool looking;
    bool wanted; /* another look */
    bool gave_up;
    bool closing;
    const struct gn_config *next; /* when nobody looks; NULL: no other */
    struct room next_room;        /* of it */
    bool failed_before;           /* the last look */
    bool waits;                   /* it saw a message to be tried again */
};

static void look(struct gn_notify *n);
static void look_later(struct gn_notify *n, uint64_t ms);

/* --- sending -------------------------------------------------------------- */

static void free_messages(struct gn_message *messages, size_t count)
{
    for (size_t i = 0; i < count; i++)
        gn_message_fini(&messages[i]);
}

static void ended(void *context, struct gn_sending *s, enum garner_code code)
{
    struct gn_notify *n = context;

    TAILQ_REMOVE(&n->sendings, s, next);
    n->hooks_out -= s->messages[0].recipient == NULL;
    gn_sending_free(s);
    if (n->closing)
        return;
    if (code == GARNER_OK)
        n->wanted = true;
    else
        look_later(n, AGAIN_MS);
    look(n);
}

/* NULL: it is not there any more. */
static const struct gn_source *source_of(const struct gn_config *config,
                                         const struct gn_message *m)
{
    for (size_t i = 0; i < config->source_count; i++)
        if (strcmp(config->sources[i].name, m->source) == 0)
            return &config->sources[i];
    return NULL;
}

/* Appends those of s to list, if it is not NULL; returns how many there are. */
static size_t add_secrets(const struct gn_source *s, const char **list)
{
    size_t n = 0;

    while (s != NULL && s->request.secrets != NULL &&
           s->request.secrets[n] != NULL) {
        if (list != NULL)
            list[n] = s->request.secrets[n];
        n++;
    }
    return n;
}

/* Those of all sources that the messages are of, NULL at the end: a command may
 * have got them by other ways than from us. NULL: no memory. */
static const char **secrets_of(const struct gn_config *config,
                               const struct gn_message *messages, size_t count)
{
    const struct gn_source *last = NULL;
    const char **list = NULL;
    size_t n = 0;

    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1 && (list = gn_alloc((n + 1) * sizeof list[0])) == NULL)
            return NULL;
        n = 0;
        last = NULL;
        for (size_t i = 0; i < count; i++) {
            const struct gn_source *s = source_of(config, &messages[i]);

            if (s != last)
                n += add_secrets(s, list != NULL ? list + n : NULL);
            last = s;
        }
    }
    return list;
}

/* Without memory they wait. */
static void begin(struct gn_notify *n, struct gn_message *messages,
                  size_t count, const struct gn_reach *reach)
{
    const struct gn_config *config = n->options.config;
    const bool is_hook = messages[0].recipient == NULL;
    const char **secrets = secrets_of(config, messages, count);
    struct gn_sending *s = secrets != NULL
                               ? gn_sending_begin(&n->way, messages, count,
                                                  reach, secrets, config->path)
                               : NULL;

    gn_free(secrets);
    if (s == NULL) {
        free_messages(messages, count);
        look_later(n, AGAIN_MS);
        return;
    }
    TAILQ_INSERT_TAIL(&n->sendings, s, next);
    n->hooks_out += is_hook;
}

static void begin_hook(struct gn_notify *n, struct gn_message *m)
{
    const struct gn_source *s = source_of(n->options.config, m);
    const bool is_known = s != NULL && m->event != GN_EVENTS;

    begin(n, m, 1, is_known ? s->hooks[m->event] : NULL);
}

/* --- looking -------------------------------------------------------------- */

static bool is_hook_busy(const struct gn_notify *n, int64_t source)
{
    const struct gn_sending *s;

    TAILQ_FOREACH(s, &n->sendings, next)
    if (s->messages[0].recipient == NULL && s->messages[0].source_id == source)
        return true;
    return false;
}

static bool is_notifier_busy(const struct gn_notify *n, const char *name)
{
    const struct gn_sending *s;

    TAILQ_FOREACH(s, &n->sendings, next)
    if (s->messages[0].recipient != NULL &&
        strcmp(s->messages[0].recipient, name) == 0)
        return true;
    return false;
}

/* at_s: in seconds; INT64_MAX: never. */
static void wake_at(struct look *l, int64_t at_s)
{
    if (at_s < NEVER / A_SECOND_US && at_s * A_SECOND_US < l->next_us)
        l->next_us = at_s * A_SECOND_US;
}

/* What a notifier is to hear: nothing in its quiet hours, nor while its digest
 * gathers. */
static enum garner_code read_mail(struct gn_notify *n, size_t i, int64_t now_us)
{
    const struct gn_notifier *to = &n->options.config->notifiers[i];
    struct look *l = &n->look;
    int64_t last_us = 0;
    enum garner_code code = GARNER_OK;

    l->room.mail_count[i] = 0;
    if (l->room.is_busy[i])
        return GARNER_OK;
    if (to->quiet != NULL &&
        gn_window_has(to->quiet, to->zone, now_us / A_SECOND_US)) {
        wake_at(l, gn_window_closes(to->quiet, to->zone, now_us / A_SECOND_US));
        return GARNER_OK;
    }
    if (to->digest_ms > 0)
        code = gn_outbox_last(n->options.store, to->name, &last_us, &l->err);
    last_us += to->digest_ms * 1000;
    if (code == GARNER_OK && last_us > now_us) {
        l->next_us = last_us < l->next_us ? last_us : l->next_us;
        return GARNER_OK;
    }
    return code == GARNER_OK
               ? gn_outbox_read(n->options.store, to->name, now_us,
                                to->digest_ms > 0 ? MOST_DIGEST : 1,
                                &l->room.mail[i * MOST_DIGEST],
                                &l->room.mail_count[i], &l->err)
               : code;
}

/* On another thread. */
static void read_outbox(uv_work_t *work)
{
    struct gn_notify *n = work->data;
    struct look *l = &n->look;
    const int64_t now_us = gn_clock_wall_us();

    l->next_us = l->due_us = NEVER;
    l->code = gn_outbox_read(n->options.store, NULL, now_us, MOST_HEADS,
                             l->hooks, &l->hook_count, &l->err);
    for (size_t i = 0;
         i < n->options.config->notifier_count && l->code == GARNER_OK; i++)
        l->code = read_mail(n, i, now_us);
    if (l->code == GARNER_OK)
        l->code = gn_outbox_next(n->options.store, now_us, &l->due_us, &l->err);
    if (l->due_us < l->next_us)
        l->next_us = l->due_us;
}

static void begin_hooks(struct gn_notify *n)
{
    struct look *l = &n->look;

    for (size_t i = 0; i < l->hook_count; i++) {
        struct gn_message *m = &l->hooks[i];

        if (n->gave_up || n->hooks_out >= MOST_HOOKS ||
            is_hook_busy(n, m->source_id))
            gn_message_fini(m); /* read again when one has ended */
        else
            begin_hook(n, m);
    }
    l->hook_count = 0;
}

static void begin_mail(struct gn_notify *n)
{
    struct look *l = &n->look;

    for (size_t i = 0; i < n->options.config->notifier_count; i++) {
        struct gn_message *first = &l->room.mail[i * MOST_DIGEST];

        if (l->room.mail_count[i] > 0 && n->gave_up)
            free_messages(first, l->room.mail_count[i]);
        else if (l->room.mail_count[i] > 0)
            begin(n, first, l->room.mail_count[i],
                  &n->options.config->notifiers[i].reach);
        l->room.mail_count[i] = 0;
    }
}

static void looked(uv_work_t *work, int status)
{
    struct gn_notify *n = work->data;
    struct look *l = &n->look;
    const int64_t left_us = l->next_us - gn_clock_wall_us();

    (void)status; /* it is never canceled */
    n->looking = false;
    if (l->code != GARNER_OK) {
        if (!n->failed_before)
            gn_log(GN_LOG_WARN, "notify", "the outbox cannot be read: %s",
                   l->err.message);
        if (!n->closing)
            look_later(n, AGAIN_MS);
    } else if (l->next_us != NEVER && !n->closing) {
        look_later(n, left_us > 0 ? (uint64_t)left_us / 1000 + 1 : 1);
    }
    n->failed_before = l->code != GARNER_OK;
    n->waits = n->failed_before ? n->waits : l->due_us != NEVER;
    begin_hooks(n);
    begin_mail(n);
    if (!n->closing)
        look(n);
}

static void free_room(struct room *room)
{
    gn_free(room->mail);
    gn_free(room->mail_count);
    gn_free(room->is_busy);
    *room = (struct room){0};
}

static enum garner_code make_room(const struct gn_config *config,
                                  struct room *room, struct garner_error *err)
{
    const size_t n = config->notifier_count;

    room->mail = gn_alloc((n * MOST_DIGEST + 1) * sizeof room->mail[0]);
    room->mail_count = gn_alloc((n + 1) * sizeof room->mail_count[0]);
    room->is_busy = gn_alloc((n + 1) * sizeof room->is_busy[0]);
    if (room->mail != NULL && room->mail_count != NULL && room->is_busy != NULL)
        return GARNER_OK;
    free_room(room);
    return gn_fail(err, GARNER_NOMEM, "the outbox");
}

/* Another configuration counts from now on. What is under way ends as it was
 * begun. */
static void take_next(struct gn_notify *n)
{
    if (n->next == NULL)
        return;
    free_room(&n->look.room);
    n->look.room = n->next_room;
    n->next_room = (struct room){0};
    n->options.config = n->next;
    n->next = NULL;
}

/* Looks, if that is wanted and nobody does. */
static void look(struct gn_notify *n)
{
    if (!n->looking)
        take_next(n);
    if (n->wanted && !n->looking && !n->gave_up) {
        n->wanted = false;
        n->looking = true;
        for (size_t i = 0; i < n->options.config->notifier_count; i++)
            n->look.room.is_busy[i] =
                is_notifier_busy(n, n->options.config->notifiers[i].name);
        n->look.work.data = n;
        GN_CHECK(uv_queue_work(n->options.loop, &n->look.work, read_outbox,
                               looked) == 0); /* it only looks at arguments */
    }
    if (gn_notify_rests(n))
        n->options.rest(n->options.context);
}

static void on_time(uv_timer_t *timer)
{
    gn_notify_wake(timer->data);
}

/* Never later than it is to be already. */
static void look_later(struct gn_notify *n, uint64_t ms)
{
    if (uv_is_active((uv_handle_t *)&n->timer) &&
        uv_timer_get_due_in(&n->timer) <= ms)
        return;
    GN_CHECK(uv_timer_start(&n->timer, on_time, ms, 0) == 0);
}

/* --- doors ---------------------------------------------------------------- */

enum garner_code gn_notify_new(const struct gn_notify_options *options,
                               struct gn_notify **out, struct garner_error *err)
{
    struct gn_notify *n = gn_alloc(sizeof *n);

    *out = NULL;
    if (n == NULL)
        return gn_fail(err, GARNER_NOMEM, "the outbox");
    n->options = *options;
    TAILQ_INIT(&n->sendings);
    n->way =
        (struct gn_sending_way){.loop = options->loop,
                                .store = options->store,
                                .fetcher = options->fetcher,
                                .ended = ended,
                                .context = n,
                                .random = (uint64_t)gn_clock_monotonic_ns()};
    if (make_room(options->config, &n->look.room, err) != GARNER_OK) {
        gn_free(n);
        return GARNER_NOMEM;
    }
    GN_CHECK(uv_timer_init(options->loop, &n->timer) == 0);
    n->timer.data = n;
    *out = n;
    return GARNER_OK;
}

enum garner_code gn_notify_renew(struct gn_notify *n,
                                 const struct gn_config *config,
                                 struct garner_error *err)
{
    struct room room;
    const enum garner_code code = make_room(config, &room, err);

    if (code != GARNER_OK)
        return code;
    free_room(&n->next_room);
    n->next_room = room;
    n->next = config;
    gn_notify_wake(n);
    return GARNER_OK;
}

void gn_notify_wake(struct gn_notify *n)
{
    n->wanted = true;
    look(n);
}

bool gn_notify_rests(const struct gn_notify *n)
{
    return !n->looking && (!n->wanted || n->gave_up) &&
           TAILQ_EMPTY(&n->sendings);
}

bool gn_notify_waits(const struct gn_notify *n)
{
    return n->waits && !n->gave_up;
}

void gn_notify_give_up(struct gn_notify *n)
{
    struct gn_sending *s;

    n->gave_up = true;
    TAILQ_FOREACH(s, &n->sendings, next)
    gn_sending_give_up(s);
}

void gn_notify_close(struct gn_notify *n)
{
    if (n == NULL)
        return;
    n->closing = true;
    gn_notify_give_up(n);
    uv_close((uv_handle_t *)&n->timer, NULL);
}

void gn_notify_free(struct gn_notify *n)
{
    if (n == NULL)
        return;
    free_room(&n->look.room);
    free_room(&n->next_room);
    gn_free(n);
}
