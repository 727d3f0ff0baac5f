#include "fetch/fetcher.h"

#include <curl/curl.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "fetch/outcome.h"
#include "fetch/socket.h"
#include "fetch/transfer.h"

enum {
    IDLE_CONNECTIONS = 256,
    KEPT_TRANSFERS = 1024, /* handles kept for later fetches */
    CACHE_STEP = 64,
    THAW_MS = 10, /* paused ones are looked at so often */
};

struct gn_fetcher {
    /* constant */
    uv_loop_t *loop;
    CURLM *multi;
    long idle_connections;
    struct gn_tools tools;

    struct gn_sockets sockets;
    struct gn_heap
        deadlines;    /* all transfers under way: when to look at them */
    uv_timer_t watch; /* runs while there are any */
    int64_t watch_at; /* in ms; INT64_MAX: it does not run */
    uv_timer_t thaw;  /* runs while there are paused ones */
    struct gn_transfer *pool;
    size_t pooled;
    long cache; /* connections libcurl may hold */
    bool closing;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode started; /* guarded by once */

static void start_libcurl(void)
{
    started = curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int64_t now_ms(void)
{
    return gn_clock_monotonic_ns() / 1000000;
}

static struct gn_transfer *of_node(struct gn_heap_node *node)
{
    return (struct gn_transfer *)((char *)node -
                                  offsetof(struct gn_transfer, deadline));
}

static void on_watch(uv_timer_t *timer);

static void watch_from(struct gn_fetcher *f, int64_t at)
{
    int64_t now = (int64_t)uv_now(f->loop);

    f->watch_at = at;
    GN_CHECK(uv_timer_start(&f->watch, on_watch,
                            at > now ? (uint64_t)(at - now) : 0, 0) == 0);
}

/* libcurl counts connections in use and idle ones together, and closes one when
 * a transfer ends and there are more than it may hold. */
static void size_cache(struct gn_fetcher *f)
{
    long active = (long)(f->deadlines.count + CACHE_STEP - 1);
    long cache = f->idle_connections + active - active % CACHE_STEP;

    if (cache == f->cache)
        return;
    f->cache = cache;
    curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, cache);
}

static void recycle(struct gn_fetcher *f, struct gn_transfer *t)
{
    if (f->closing || f->pooled == KEPT_TRANSFERS || gn_transfer_is_spent(t)) {
        gn_transfer_free(t);
        return;
    }
    gn_transfer_reset(t);
    t->next = f->pool;
    f->pool = t;
    f->pooled++;
}

/* The one way out for a transfer under way. Its callback may do anything but
 * free f: even closing leaves that to the loop. */
static void end(struct gn_fetcher *f, struct gn_transfer *t, CURLcode result,
                enum gn_cause cause)
{
    GN_CHECK(curl_multi_remove_handle(f->multi, t->easy) == CURLM_OK);
    gn_heap_remove(&f->deadlines, &t->deadline);
    size_cache(f);
    if (f->deadlines.count == 0 && f->watch_at != INT64_MAX) {
        f->watch_at = INT64_MAX;
        GN_CHECK(uv_timer_stop(&f->watch) == 0);
    }
    gn_outcome(t, result, cause);
    t->done(t->context, &t->response);
    recycle(f, t);
}

/* Lets paused ones go on, in their order, as far as their limiters admit. One
 * that ends may end others, or close. */
static void on_thaw(uv_timer_t *timer)
{
    struct gn_fetcher *f = timer->data;
    const int64_t now_ns = gn_clock_monotonic_ns();
    struct gn_transfer *t;

    for (size_t left = f->tools.paused_count;
         !f->closing && left > 0 && (t = TAILQ_FIRST(&f->tools.paused)) != NULL;
         left--) {
        CURLcode result = CURLE_OK;

        if (gn_limiter_admits(gn_target_limiter(t->target), now_ns)) {
            result = gn_transfer_go_on(t);
        } else {
            TAILQ_REMOVE(&f->tools.paused, t, in_paused);
            TAILQ_INSERT_TAIL(&f->tools.paused, t, in_paused);
        }
        if (result != CURLE_OK)
            end(f, t, result, GN_CAUSE_LIBCURL);
    }
    if (!f->closing && f->tools.paused_count == 0)
        GN_CHECK(uv_timer_stop(&f->thaw) == 0);
}

/* Ends what libcurl has finished. */
static void on_moved(void *fetcher)
{
    struct gn_fetcher *f = fetcher;
    const CURLMsg *message;
    char *t;
    int left;

    if (!f->closing && f->tools.paused_count > 0 &&
        !uv_is_active((uv_handle_t *)&f->thaw))
        GN_CHECK(uv_timer_start(&f->thaw, on_thaw, THAW_MS, THAW_MS) == 0);

    while (!f->closing &&
           (message = curl_multi_info_read(f->multi, &left)) != NULL) {
        CURLcode result = message->data.result;

        GN_CHECK(curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE,
                                   &t) == CURLE_OK);
        end(f, (struct gn_transfer *)(void *)t, result, GN_CAUSE_LIBCURL);
    }
}

/* What to do with a transfer whose deadline in the heap has passed. It may be
 * too early, for bytes that come do not move it: only here is it looked at. And
 * bytes may wait for us, if the loop is late: it reads before the second look.
 */
static void look_at(struct gn_fetcher *f, struct gn_transfer *t, int64_t now)
{
    int64_t stalls_at;

    if (t->deadline.key == INT64_MIN) {
        end(f, t, CURLE_OK, GN_CAUSE_CANCELED);
        return;
    }
    stalls_at = gn_transfer_stalls_at(t, now);
    if (stalls_at > now) {
        gn_heap_move(&f->deadlines, &t->deadline, stalls_at);
    } else if (t->doubted_ms != t->moved_ms) {
        t->doubted_ms = t->moved_ms;
        gn_heap_move(&f->deadlines, &t->deadline, now + 1);
    } else {
        end(f, t, CURLE_OK, GN_CAUSE_STALLED);
    }
}

static void on_watch(uv_timer_t *timer)
{
    struct gn_fetcher *f = timer->data;
    struct gn_heap_node *first = NULL;
    int64_t now = now_ms();

    f->watch_at = INT64_MAX;
    while (!f->closing && (first = gn_heap_first(&f->deadlines)) != NULL &&
           first->key <= now)
        look_at(f, of_node(first), now);
    if (!f->closing && first != NULL && first->key < f->watch_at)
        watch_from(f, first->key);
}

static enum garner_code set_up(struct gn_fetcher *f,
                               const struct gn_fetcher_options *options,
                               struct garner_error *err)
{
    enum garner_code code = gn_tools_init(&f->tools, &f->sockets, err);

    if (code != GARNER_OK)
        return code;
    f->tools.spool = options->spool;
    f->multi = curl_multi_init();
    if (f->multi == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a fetcher");
    curl_multi_setopt(f->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
                      (long)options->connections);
    curl_multi_setopt(f->multi, CURLMOPT_MAX_HOST_CONNECTIONS,
                      (long)options->connections_per_host);
    f->idle_connections = options->idle_connections > 0
                              ? options->idle_connections
                              : IDLE_CONNECTIONS;
    size_cache(f);
    return GARNER_OK;
}

enum garner_code gn_fetcher_new(uv_loop_t *loop,
                                const struct gn_fetcher_options *options,
                                struct gn_fetcher **out,
                                struct garner_error *err)
{
    enum garner_code code;
    struct gn_fetcher *f;

    GN_CHECK(options->connections >= 0 && options->connections_per_host >= 0 &&
             options->idle_connections >= 0);
    *out = NULL;
    GN_CHECK(pthread_once(&once, start_libcurl) == 0);
    if (started != CURLE_OK)
        return gn_fail(err, GARNER_IO, "libcurl cannot start: %s",
                       curl_easy_strerror(started));
    f = gn_alloc(sizeof *f);
    if (f == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a fetcher");
    code = set_up(f, options, err);
    if (code != GARNER_OK) {
        gn_tools_fini(&f->tools);
        gn_free(f);
        return code;
    }
    f->loop = loop;
    f->watch_at = INT64_MAX;
    gn_sockets_init(&f->sockets, loop, f->multi, on_moved, f);
    GN_CHECK(uv_timer_init(loop, &f->watch) == 0);
    f->watch.data = f;
    GN_CHECK(uv_timer_init(loop, &f->thaw) == 0);
    f->thaw.data = f;
    *out = f;
    return GARNER_OK;
}

static void on_all_closed(uv_handle_t *handle)
{
    gn_free(handle->data);
}

static void on_thaw_closed(uv_handle_t *handle)
{
    struct gn_fetcher *f = handle->data;

    uv_close((uv_handle_t *)&f->watch, on_all_closed);
}

static void on_sockets_closed(void *fetcher)
{
    struct gn_fetcher *f = fetcher;

    uv_close((uv_handle_t *)&f->thaw, on_thaw_closed);
}

void gn_fetcher_close(struct gn_fetcher *f)
{
    struct gn_heap_node *first;
    struct gn_transfer *t;

    if (f == NULL)
        return;
    GN_CHECK(!f->closing);
    f->closing = true;
    while ((first = gn_heap_first(&f->deadlines)) != NULL)
        end(f, of_node(first), CURLE_OK, GN_CAUSE_CANCELED);
    while ((t = f->pool) != NULL) {
        f->pool = t->next;
        gn_transfer_free(t);
    }
    GN_CHECK(curl_multi_cleanup(f->multi) == CURLM_OK);
    gn_heap_fini(&f->deadlines);
    gn_tools_fini(&f->tools);
    gn_sockets_close(&f->sockets, on_sockets_closed);
}

/* A handle of the pool, or a new one. */
static enum garner_code take(struct gn_fetcher *f, struct gn_transfer **out,
                             struct garner_error *err)
{
    struct gn_transfer *t = f->pool;

    if (t == NULL)
        return gn_transfer_new(&f->tools, out, err);
    f->pool = t->next;
    f->pooled--;
    *out = t;
    return GARNER_OK;
}

static enum garner_code submit(struct gn_fetcher *f, struct gn_transfer *t,
                               struct garner_error *err)
{
    enum garner_code code;

    t->doubted_ms = 0;
    t->deadline.key = t->moved_ms + gn_target_limits(t->target)->stall_ms;
    code = gn_heap_add(&f->deadlines, &t->deadline, err);
    if (code != GARNER_OK)
        return code;
    size_cache(f);
    if (curl_multi_add_handle(f->multi, t->easy) != CURLM_OK) {
        gn_heap_remove(&f->deadlines, &t->deadline);
        return gn_fail(err, GARNER_NOMEM, "out of memory for a fetch");
    }
    if (t->deadline.key < f->watch_at)
        watch_from(f, t->deadline.key);
    return GARNER_OK;
}

enum garner_code gn_fetcher_start(struct gn_fetcher *f,
                                  struct gn_target *target, gn_fetched *done,
                                  void *context, struct gn_transfer **transfer,
                                  struct garner_error *err)
{
    struct gn_transfer *t;
    enum garner_code code;

    if (f->closing)
        return gn_fail(err, GARNER_CLOSED, "the fetcher is closed");
    code = take(f, &t, err);
    if (code != GARNER_OK)
        return code;
    code = gn_transfer_begin(t, target, err);
    if (code == GARNER_OK)
        code = submit(f, t, err);
    if (code != GARNER_OK) {
        recycle(f, t);
        return code;
    }
    t->done = done;
    t->context = context;
    if (transfer != NULL)
        *transfer = t;
    return GARNER_OK;
}

void gn_fetcher_cancel(struct gn_fetcher *f, struct gn_transfer *transfer)
{
    gn_heap_move(&f->deadlines, &transfer->deadline, INT64_MIN);
    watch_from(f, 0);
}

size_t gn_fetcher_active(const struct gn_fetcher *f)
{
    return f->deadlines.count;
}
