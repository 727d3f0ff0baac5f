#include "cli/live.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/thread.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "cli/text.h"

enum {
    SOURCES = 256,            /* looked at for the screen */
    SAMPLES = 21,             /* 5 s at 4 a second */
    PENDING_BYTES = 64 * 1024 /* of log lines that wait for the screen */
};

/* Counters at an instant, for rates. */
struct sample {
    int64_t wall_us;
    uint64_t fetched;
    uint64_t rows;
};

struct gn_live {
    /* constant */
    struct gn_live_options options;
    size_t window; /* samples that a rate is taken over */

    /* ticking thread only */
    struct gn_status status;
    struct gn_source_status *sources;
    struct sample samples[SAMPLES];
    size_t taken;
    struct gn_estimate pages;
    struct gn_buf drawn; /* the screen as it stands, without escapes */
    struct gn_buf frame; /* what is written next */

    pthread_mutex_t lock;
    /* guarded by lock */
    struct gn_buf pending; /* logged lines */
    uint64_t dropped;      /* lines that pending had no room for */

    atomic_int stops;
};

/* Called by gn_log on any thread. */
static void keep_line(void *context, const char *line)
{
    struct gn_live *l = context;

    gn_lock(&l->lock);
    if (l->pending.size < PENDING_BYTES)
        gn_buf_text(&l->pending, line);
    else
        l->dropped++;
    gn_unlock(&l->lock);
}

enum garner_code gn_live_new(const struct gn_live_options *options,
                             struct gn_live **out, struct garner_error *err)
{
    struct gn_live *l = gn_alloc(sizeof *l);

    *out = NULL;
    if (l != NULL && options->screen) {
        l->sources = gn_alloc(SOURCES * sizeof *l->sources);
        if (l->sources == NULL) {
            gn_free(l);
            l = NULL;
        }
    }
    if (l == NULL)
        return gn_fail(err, GARNER_NOMEM, "no memory for the live screen");
    l->options = *options;
    l->window = options->screen ? SAMPLES - 1 : 1;
    gn_mutex_init(&l->lock);
    if (options->screen)
        gn_log_set_sink(keep_line, l);
    *out = l;
    return GARNER_OK;
}

static struct gn_progress look(struct gn_live *l)
{
    struct gn_progress p = {.status = &l->status,
                            .store = l->options.store,
                            .listen = l->options.listen,
                            .stops = atomic_load(&l->stops),
                            .sources = l->sources};
    const struct sample *then;
    struct sample *now = &l->samples[l->taken % SAMPLES];
    size_t back = l->taken < l->window ? l->taken : l->window;
    double seconds;

    gn_engine_status(l->options.engine, &l->status);
    *now = (struct sample){l->status.now_wall_us, l->status.totals.fetched,
                           l->status.totals.rows};
    then = &l->samples[(l->taken - back) % SAMPLES];
    seconds = (double)(now->wall_us -
                       (back > 0 ? then->wall_us : l->status.started_wall_us)) /
              1e6;
    if (seconds > 0) { /* the wall clock may be set back */
        p.fetches_per_s =
            (double)(now->fetched - (back > 0 ? then->fetched : 0)) / seconds;
        p.rows_per_s =
            (double)(now->rows - (back > 0 ? then->rows : 0)) / seconds;
    }
    l->taken++;
    gn_estimate_add(&l->pages, now->wall_us,
                    l->status.pages.total - l->status.pages.left,
                    l->status.pages.total);
    p.pages = l->pages;
    if (l->sources != NULL)
        p.source_count =
            gn_engine_sources(l->options.engine, 0, l->sources, SOURCES);
    return p;
}

/* Rows of a terminal columns wide that the lines of text take, if it wraps
 * them anew when it gets narrower. */
static size_t rows_of(const struct gn_buf *text, size_t columns)
{
    const char *at = gn_buf_cstr(text);
    size_t rows = 0;

    while (*at != '\0') {
        const size_t n = strcspn(at, "\n");
        const size_t width = gn_text_show(NULL, at, n, SIZE_MAX - 1);

        rows += width == 0 ? 1 : (width + columns - 1) / columns;
        at += n + (at[n] == '\n');
    }
    return rows;
}

static void append_pending(struct gn_live *l)
{
    gn_lock(&l->lock);
    gn_buf_append(&l->frame, gn_buf_cstr(&l->pending), l->pending.size);
    if (l->dropped > 0)
        gn_buf_printf(&l->frame,
                      "(%" PRIu64 " more lines were logged than could be "
                      "shown)\n",
                      l->dropped);
    gn_buf_clear(&l->pending);
    l->dropped = 0;
    gn_unlock(&l->lock);
}

/* The terminal may have been left in non-blocking mode by another program. */
static void write_frame(const struct gn_buf *frame)
{
    size_t done = 0;

    while (done < frame->size) {
        const ssize_t n =
            write(STDERR_FILENO, frame->data + done, frame->size - done);
        struct pollfd wait = {.fd = STDERR_FILENO, .events = POLLOUT};

        if (n >= 0)
            done += (size_t)n;
        else if (errno == EAGAIN)
            (void)poll(&wait, 1, 1000);
        else if (errno != EINTR)
            return; /* no terminal any more: the run goes on without */
    }
}

static void draw(struct gn_live *l)
{
    const struct gn_progress p = look(l);
    size_t columns;
    size_t rows;
    size_t up;

    gn_terminal_size(STDERR_FILENO, &columns, &rows);
    up = rows_of(&l->drawn, columns);
    gn_buf_clear(&l->frame);
    gn_buf_text(&l->frame, "\r");
    if (up > 0)
        gn_buf_printf(&l->frame, "\033[%zuA", up < rows ? up : rows);
    gn_buf_text(&l->frame, "\033[J");
    append_pending(l);
    gn_buf_clear(&l->drawn);
    gn_progress_screen(&p, columns, rows - 1, false, &l->drawn);
    gn_progress_screen(&p, columns, rows - 1, gn_terminal_color(STDERR_FILENO),
                       &l->frame);
    if (!gn_buf_failed(&l->frame) && !gn_buf_failed(&l->drawn))
        write_frame(&l->frame);
}

void gn_live_status(struct gn_live *l)
{
    const struct gn_progress p = look(l);
    struct gn_buf line = {0};

    gn_progress_line(&p, &line);
    gn_log(GN_LOG_INFO, NULL, "%s", gn_buf_cstr(&line));
    gn_buf_fini(&line);
}

void gn_live_tick(struct gn_live *l)
{
    if (l->options.screen)
        draw(l);
    else
        gn_live_status(l);
}

void gn_live_resized(struct gn_live *l)
{
    if (l->options.screen)
        draw(l);
}

void gn_live_ending(struct gn_live *l, int times)
{
    atomic_store(&l->stops, times);
}

void gn_live_finish(struct gn_live *l)
{
    if (l == NULL)
        return;
    if (l->options.screen) {
        gn_log_set_sink(NULL, NULL);
        draw(l);
    }
    gn_buf_fini(&l->pending);
    gn_buf_fini(&l->drawn);
    gn_buf_fini(&l->frame);
    gn_mutex_fini(&l->lock);
    gn_free(l->sources);
    gn_free(l);
}
