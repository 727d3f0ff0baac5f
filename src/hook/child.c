#include "hook/child.h"

#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"

#ifdef __SANITIZE_THREAD__
/* libuv closes its descriptors by a system call that ThreadSanitizer does not
 * see; to it, the same number in another thread would be a race with the call
 * that made the first. */
__attribute__((visibility("default"))) const char *
__tsan_default_suppressions(void);

const char *__tsan_default_suppressions(void)
{
    return "race:^uv_pipe$\nrace:^uv_spawn$\nrace:^uv_loop_init$\n";
}
#endif

enum {
    GRACE_MS = 2000,  /* from SIGTERM to SIGKILL */
    LINGER_MS = 1000, /* from its end to that of its output */
    CHUNK = 16 * 1024
};

struct gn_child {
    uv_process_t process;
    uv_pipe_t input;
    uv_pipe_t output;
    uv_timer_t timer;
    uv_write_t write;
    uv_handle_t *handles[4]; /* those above that are open */
    size_t handle_count;
    size_t closed;

    gn_child_done *done; /* NULL: it was not started */
    void *context;
    struct gn_child_end end;
    size_t output_max;
    int64_t began_ns;
    bool has_ended;
    bool output_ended;
    bool is_over; /* its handles close */
    char chunk[CHUNK];
};

static void on_closed(uv_handle_t *handle)
{
    struct gn_child *c = handle->data;

    if (++c->closed < c->handle_count)
        return;
    if (c->done != NULL)
        c->done(c->context, &c->end);
    gn_buf_fini(&c->end.output);
    gn_free(c);
}

static void finish(struct gn_child *c)
{
    if (c->is_over)
        return;
    c->is_over = true;
    for (size_t i = 0; i < c->handle_count; i++)
        if (!uv_is_closing(c->handles[i]))
            uv_close(c->handles[i], on_closed);
}

static void noted(struct gn_child *c, uv_handle_t *handle)
{
    handle->data = c;
    c->handles[c->handle_count++] = handle;
}

/* The group may be gone by now. */
static void signal_group(const struct gn_child *c, int number)
{
    (void)kill(-c->process.pid, number);
}

/* --- what the loop calls -------------------------------------------------- */

static void on_time(uv_timer_t *timer)
{
    struct gn_child *c = timer->data;

    if (c->has_ended) {
        finish(c); /* somebody else holds its output */
    } else if (c->end.fate == GN_CHILD_EXITED) {
        c->end.fate = GN_CHILD_LATE;
        signal_group(c, SIGTERM);
        GN_CHECK(uv_timer_start(timer, on_time, GRACE_MS, 0) == 0);
    } else {
        signal_group(c, SIGKILL);
    }
}

static void on_exit_of(uv_process_t *process, int64_t status, int number)
{
    struct gn_child *c = process->data;

    c->has_ended = true;
    c->end.duration_us = (gn_clock_monotonic_ns() - c->began_ns) / 1000;
    if (c->end.fate != GN_CHILD_EXITED) {
        signal_group(c, SIGKILL); /* those it started */
    } else if (number != 0) {
        c->end.fate = GN_CHILD_KILLED;
        c->end.status = number;
    } else {
        c->end.status = (int)status;
    }
    if (c->output_ended)
        finish(c);
    else
        GN_CHECK(uv_timer_start(&c->timer, on_time, LINGER_MS, 0) == 0);
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *room)
{
    struct gn_child *c = handle->data;

    (void)suggested;
    *room = uv_buf_init(c->chunk, sizeof c->chunk);
}

static void on_output(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes)
{
    struct gn_child *c = stream->data;
    const size_t left = c->output_max - c->end.output.size;
    const size_t size = got > 0 ? (size_t)got : 0;

    gn_buf_append(&c->end.output, bytes->base, size < left ? size : left);
    c->end.is_cut = c->end.is_cut || size > left;
    if (got >= 0)
        return;
    c->output_ended = true;
    (void)uv_read_stop(stream);
    if (c->has_ended)
        finish(c);
}

/* What it did not read is its own business. */
static void on_written(uv_write_t *write, int status)
{
    struct gn_child *c = write->data;

    (void)status;
    if (!uv_is_closing((uv_handle_t *)&c->input))
        uv_close((uv_handle_t *)&c->input, on_closed);
}

/* --- beginning ------------------------------------------------------------ */

/* A name that env sets, too, is left out. */
static bool is_replaced(const char *entry, const char *const *env)
{
    const size_t size = strcspn(entry, "=") + 1;

    for (; env != NULL && *env != NULL; env++)
        if (strncmp(*env, entry, size) == 0)
            return true;
    return false;
}

static size_t count_of(const char *const *texts)
{
    size_t n = 0;

    while (texts != NULL && texts[n] != NULL)
        n++;
    return n;
}

/* The environment of the child: an array to be freed, of borrowed texts. */
static char **merge(const char *const *env)
{
    const char *const *mine = (const char *const *)environ;
    char **all = gn_alloc((count_of(mine) + count_of(env) + 1) * sizeof *all);
    size_t n = 0;

    if (all == NULL)
        return NULL;
    for (; env != NULL && env[n] != NULL; n++)
        all[n] = (char *)env[n];
    for (; mine != NULL && *mine != NULL; mine++)
        if (!is_replaced(*mine, env))
            all[n++] = (char *)*mine;
    return all;
}

/* A pipe: our end goes to *ours, the child's is given. Below 0: libuv's error.
 */
static int open_pipe(struct gn_child *c, uv_loop_t *loop, uv_pipe_t *ours,
                     bool we_write, int *childs)
{
    uv_file ends[2]; /* to read, to write */
    int rc = uv_pipe(ends, we_write ? 0 : UV_NONBLOCK_PIPE,
                     we_write ? UV_NONBLOCK_PIPE : 0);

    if (rc != 0)
        return rc;
    *childs = ends[we_write ? 0 : 1];
    GN_CHECK(uv_pipe_init(loop, ours, 0) == 0);
    noted(c, (uv_handle_t *)ours);
    rc = uv_pipe_open(ours, ends[we_write ? 1 : 0]);
    if (rc != 0)
        (void)close(ends[we_write ? 1 : 0]); /* nothing was written to it */
    return rc;
}

static void close_end(int fd)
{
    if (fd >= 0)
        (void)close(fd); /* the child has a copy, or there is none */
}

/* fds: the child's ends of its input (below 0: it has none) and output. */
static int spawn(struct gn_child *c, uv_loop_t *loop,
                 const struct gn_child_spec *spec, const int fds[2], char **env)
{
    uv_stdio_container_t stdio[3] = {
        {.flags = fds[0] < 0 ? UV_IGNORE : UV_INHERIT_FD, .data.fd = fds[0]},
        {.flags = UV_INHERIT_FD, .data.fd = fds[1]},
        {.flags = UV_INHERIT_FD, .data.fd = fds[1]}};
    const uv_process_options_t options = {
        .exit_cb = on_exit_of,
        .file = spec->argv[0],
        .args = (char **)spec->argv,
        .env = env,
        .cwd = spec->folder,
        .flags = UV_PROCESS_DETACHED, /* setsid: a group of its own */
        .stdio_count = 3,
        .stdio = stdio};
    int rc;

    /* Those that libraries opened without saying so. An old kernel cannot. */
    (void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    rc = uv_spawn(loop, &c->process, &options);
    noted(c, (uv_handle_t *)&c->process); /* it has to be closed anyhow */
    return rc;
}

static int begin(struct gn_child *c, uv_loop_t *loop,
                 const struct gn_child_spec *spec, char **env)
{
    int fds[2] = {-1, -1};
    int rc = 0;

    GN_CHECK(uv_timer_init(loop, &c->timer) == 0); /* it never fails */
    noted(c, (uv_handle_t *)&c->timer);
    if (spec->input_size > 0)
        rc = open_pipe(c, loop, &c->input, true, &fds[0]);
    if (rc == 0)
        rc = open_pipe(c, loop, &c->output, false, &fds[1]);
    c->began_ns = gn_clock_monotonic_ns();
    if (rc == 0)
        rc = spawn(c, loop, spec, fds, env);
    close_end(fds[0]);
    close_end(fds[1]);
    return rc;
}

static void go_on(struct gn_child *c, const struct gn_child_spec *spec)
{
    uv_buf_t input = {.base = (char *)spec->input, .len = spec->input_size};

    GN_CHECK(
        uv_timer_start(&c->timer, on_time, (uint64_t)spec->timeout_ms, 0) == 0);
    GN_CHECK(uv_read_start((uv_stream_t *)&c->output, on_room, on_output) == 0);
    c->write.data = c;
    if (spec->input_size > 0 && uv_write(&c->write, (uv_stream_t *)&c->input,
                                         &input, 1, on_written) != 0)
        uv_close((uv_handle_t *)&c->input, on_closed);
}

static enum garner_code refuse(const char *command, const char *folder, int rc,
                               struct garner_error *err)
{
    if (rc == UV_ENOMEM)
        return gn_fail(err, GARNER_NOMEM, "no memory to run %.100s", command);
    return gn_fail(err, rc == UV_ENOENT ? GARNER_NOTFOUND : GARNER_IO,
                   "%.100s cannot be run%s%.60s: %s; name an executable file",
                   command, folder != NULL ? " in " : "",
                   folder != NULL ? folder : "", uv_strerror(rc));
}

enum garner_code gn_child_start(uv_loop_t *loop,
                                const struct gn_child_spec *spec,
                                gn_child_done *done, void *context,
                                struct gn_child **out, struct garner_error *err)
{
    struct gn_child *c = gn_alloc(sizeof *c);
    char **env = merge(spec->env);
    int rc = UV_ENOMEM;

    *out = NULL;
    if (c != NULL && env != NULL) {
        c->end.timeout_ms = spec->timeout_ms;
        c->output_max = spec->output_max;
        rc = begin(c, loop, spec, env);
    }
    gn_free(env);
    if (rc != 0) {
        if (c != NULL && c->handle_count > 0)
            finish(c);
        else
            gn_free(c);
        return refuse(spec->argv[0], spec->folder, rc, err);
    }
    c->done = done;
    c->context = context;
    go_on(c, spec);
    *out = c;
    return GARNER_OK;
}

void gn_child_stop(struct gn_child *c)
{
    if (c->has_ended || c->end.fate != GN_CHILD_EXITED)
        return;
    c->end.fate = GN_CHILD_STOPPED;
    signal_group(c, SIGTERM);
    GN_CHECK(uv_timer_start(&c->timer, on_time, GRACE_MS, 0) == 0);
}

/* --- what became of it ---------------------------------------------------- */

bool gn_child_did_well(const struct gn_child_end *end)
{
    return end->fate == GN_CHILD_EXITED && end->status == 0;
}

void gn_child_tell(const struct gn_child_end *end, struct gn_buf *text)
{
    switch (end->fate) {
    case GN_CHILD_EXITED:
        gn_buf_printf(text, "exit status %d", end->status);
        return;
    case GN_CHILD_KILLED:
        gn_buf_printf(text, "ended by signal %d (%s)", end->status,
                      strsignal(end->status));
        return;
    case GN_CHILD_LATE:
        gn_buf_printf(text, "took longer than %g s, and was ended",
                      (double)end->timeout_ms / 1000);
        return;
    case GN_CHILD_STOPPED:
        gn_buf_text(text, "was ended, since garner ends");
        return;
    }
}
