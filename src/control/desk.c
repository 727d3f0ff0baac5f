#include "control/desk.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/thread.h"
#include "control/endpoint.h"

enum {
    BACKLOG = 128,
    WORDS_MOST = 4096,
    READ = 4096,
    SILENT_MS = 10000, /* longest that one may be */
    NO_FILES_MS = 100, /* before the next attempt to accept */
    LISTENER = 0,      /* the first files that are waited for */
    QUIT = 1,
    FIRST = 2,
};

struct visitor {
    int file;
    int64_t heard_ns; /* when it last asked or read on */
    struct gn_buf asked;
    struct gn_buf answer;
    size_t sent; /* of answer */
    bool answered;
};

struct gn_desk {
    /* constant after gn_desk_open */
    struct gn_desk_calls calls;
    struct gn_endpoint endpoint;
    int listener;
    int quit; /* an eventfd: it is to end */
    pthread_t thread;

    /* the thread's */
    struct visitor visitors[GN_DESK_MOST];
    size_t count;
    int64_t full_until_ns; /* no file was left for another visitor */
};

/* --- a visitor ----------------------------------------------------------- */

static void dismiss(struct gn_desk *d, size_t i)
{
    struct visitor *v = &d->visitors[i];

    (void)close(v->file); /* what was not sent is not read either */
    gn_buf_fini(&v->asked);
    gn_buf_fini(&v->answer);
    *v = d->visitors[--d->count];
}

static void say_error(struct visitor *v, enum garner_code code,
                      const char *message)
{
    gn_buf_clear(&v->answer);
    gn_buf_printf(&v->answer, "error %d %s\n", (int)code, message);
}

/* Parts the line at its tabs; returns how many words there are, up to most. */
static size_t part(char *line, const char **words, size_t most)
{
    size_t count = 0;

    while (line != NULL && count < most)
        words[count++] = strsep(&line, "\t");
    return line == NULL ? count : 0;
}

static void answer(const struct gn_desk *d, struct visitor *v, size_t size)
{
    const char **words = gn_alloc(WORDS_MOST * sizeof *words);
    struct garner_error err = {0};
    enum garner_code code;
    size_t count;

    v->answered = true;
    v->asked.data[size] = '\0';
    count = words != NULL && strlen(v->asked.data) == size
                ? part(v->asked.data, words, WORDS_MOST)
                : 0;
    if (count == 0) {
        say_error(v, GARNER_INVALID, "words with tabs between them, please");
        gn_free(words);
        return;
    }
    gn_buf_text(&v->answer, "ok\n");
    code = d->calls.answer(d->calls.context, words, count, &v->answer, &err);
    if (code == GARNER_OK && gn_buf_failed(&v->answer))
        code = gn_fail(&err, GARNER_NOMEM, "out of memory for an answer");
    if (code != GARNER_OK)
        say_error(v, code, err.message);
    gn_free(words);
}

/* false: there is nobody any more. */
static bool hear(const struct gn_desk *d, struct visitor *v)
{
    char bytes[READ];
    const ssize_t n = recv(v->file, bytes, sizeof bytes, 0);
    const char *end;

    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    gn_buf_append(&v->asked, bytes, (size_t)n);
    if (gn_buf_failed(&v->asked))
        return false;
    v->heard_ns = gn_clock_monotonic_ns();
    end = memchr(v->asked.data, '\n', v->asked.size);
    if (end != NULL) {
        answer(d, v, (size_t)(end - v->asked.data));
    } else if (v->asked.size > GN_DESK_ASKED_MOST) {
        v->answered = true;
        say_error(v, GARNER_INVALID, "that is too long");
    }
    return true;
}

/* false: it has all, or is gone. */
static bool tell(struct visitor *v)
{
    const ssize_t n = send(v->file, v->answer.data + v->sent,
                           v->answer.size - v->sent, MSG_NOSIGNAL);

    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    v->heard_ns = gn_clock_monotonic_ns();
    v->sent += (size_t)n;
    return v->sent < v->answer.size;
}

/* --- visitors ------------------------------------------------------------ */

static bool may_ask(int file)
{
    struct ucred who;
    socklen_t size = sizeof who;

    return getsockopt(file, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0 &&
           (who.uid == geteuid() || who.uid == 0);
}

static size_t most_silent(const struct gn_desk *d)
{
    size_t first = 0;

    for (size_t i = 1; i < d->count; i++)
        if (d->visitors[i].heard_ns < d->visitors[first].heard_ns)
            first = i;
    return first;
}

static void admit(struct gn_desk *d)
{
    const int file =
        accept4(d->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (file < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
            errno == ENOBUFS)
            d->full_until_ns =
                gn_clock_monotonic_ns() + NO_FILES_MS * INT64_C(1000000);
        return;
    }
    if (!may_ask(file)) {
        (void)close(file); /* there is nothing to say */
        return;
    }
    if (d->count == GN_DESK_MOST)
        dismiss(d, most_silent(d));
    d->visitors[d->count++] =
        (struct visitor){.file = file, .heard_ns = gn_clock_monotonic_ns()};
}

/* Fills polls[]; returns in how many milliseconds it is to look again. */
static int prepare(const struct gn_desk *d, struct pollfd *polls)
{
    const int64_t now_ns = gn_clock_monotonic_ns();
    const bool full = now_ns < d->full_until_ns;

    polls[LISTENER] = (struct pollfd){full ? -1 : d->listener, POLLIN, 0};
    polls[QUIT] = (struct pollfd){d->quit, POLLIN, 0};
    for (size_t i = 0; i < d->count; i++)
        polls[FIRST + i] = (struct pollfd){
            d->visitors[i].file, d->visitors[i].answered ? POLLOUT : POLLIN, 0};
    if (full)
        return NO_FILES_MS;
    return d->count > 0 ? SILENT_MS / 10 : -1;
}

/* From the last on: who is dismissed gives his place to the last. */
static void serve(struct gn_desk *d, const struct pollfd *polls)
{
    const int64_t silent_ns =
        gn_clock_monotonic_ns() - SILENT_MS * INT64_C(1000000);

    for (size_t i = d->count; i-- > 0;) {
        struct visitor *v = &d->visitors[i];
        bool stays = v->heard_ns >= silent_ns;

        if (polls[FIRST + i].revents != 0)
            stays = v->answered ? tell(v) : hear(d, v);
        if (!stays)
            dismiss(d, i);
    }
}

static void *work(void *desk)
{
    struct gn_desk *d = desk;
    struct pollfd polls[FIRST + GN_DESK_MOST];

    for (;;) {
        const int wait_ms = prepare(d, polls);
        const int n = poll(polls, (nfds_t)(FIRST + d->count), wait_ms);

        GN_CHECK(n >= 0 || errno == EINTR || errno == ENOMEM);
        if (n < 0)
            continue;
        if (polls[QUIT].revents != 0)
            return NULL;
        serve(d, polls);
        if (polls[LISTENER].revents != 0)
            admit(d);
    }
}

/* --- open and close ------------------------------------------------------ */

static enum garner_code listen_at(struct gn_desk *d, const char *path,
                                  struct garner_error *err)
{
    const struct sockaddr_un *at = &d->endpoint.address;

    d->listener =
        socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    d->quit = eventfd(0, EFD_CLOEXEC);
    if (d->listener < 0 || d->quit < 0)
        return gn_fail(err, GARNER_IO, "a socket: %s", strerrordesc_np(errno));
    (void)unlink(at->sun_path);
    /* before it has a name, so that it never is open to others */
    if (fchmod(d->listener, 0600) != 0 ||
        bind(d->listener, (const struct sockaddr *)at, sizeof *at) != 0)
        return gn_fail(err, GARNER_IO, "%.150s: %s", path,
                       strerrordesc_np(errno));
    if (chmod(at->sun_path, 0600) != 0 || listen(d->listener, BACKLOG) != 0)
        return gn_fail(err, GARNER_IO, "%.150s: %s", path,
                       strerrordesc_np(errno));
    return GARNER_OK;
}

static void free_desk(struct gn_desk *d)
{
    while (d->count > 0)
        dismiss(d, d->count - 1);
    if (d->listener >= 0)
        (void)close(d->listener);
    if (d->quit >= 0)
        (void)close(d->quit);
    gn_endpoint_fini(&d->endpoint);
    gn_free(d);
}

enum garner_code gn_desk_open(const char *path,
                              const struct gn_desk_calls *calls,
                              struct gn_desk **out, struct garner_error *err)
{
    struct gn_desk *d = gn_alloc(sizeof *d);
    enum garner_code code;

    *out = NULL;
    if (d == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a socket");
    d->calls = *calls;
    d->listener = d->quit = -1;
    code = gn_endpoint_init(&d->endpoint, path, err);
    if (code == GARNER_OK)
        code = listen_at(d, path, err);
    if (code == GARNER_OK)
        code = gn_thread_start(&d->thread, work, d, err);
    if (code != GARNER_OK) {
        free_desk(d);
        return code;
    }
    *out = d;
    return GARNER_OK;
}

void gn_desk_close(struct gn_desk *d)
{
    const uint64_t one = 1;

    if (d == NULL)
        return;
    GN_CHECK(write(d->quit, &one, sizeof one) == sizeof one);
    gn_thread_join(d->thread);
    (void)unlink(d->endpoint.address.sun_path); /* it may be gone already */
    free_desk(d);
}
