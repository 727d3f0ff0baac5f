#include "fetch/socket.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"

struct gn_socket {
    uv_poll_t poll;
    struct gn_sockets *owner;
    curl_socket_t fd;
    bool ours;   /* made by gn_sockets_open, so that we see it closed */
    int watched; /* uv_poll_event bits the kernel tells us of */
    int wanted;  /* those libcurl wants */
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void on_socket_closed(uv_handle_t *handle)
{
    struct gn_socket *socket = handle->data;
    struct gn_sockets *s = socket->owner;

    gn_free(socket);
    if (--s->handles == 0)
        s->closed(s->context);
}

static bool make_room(struct gn_sockets *s, curl_socket_t fd)
{
    size_t room = s->room > 0 ? s->room : 64;
    struct gn_socket **by_fd;

    if ((size_t)fd < s->room)
        return true;
    while (room <= (size_t)fd)
        room *= 2;
    by_fd = gn_realloc(s->by_fd, room * sizeof(struct gn_socket *));
    if (by_fd == NULL)
        return false;
    for (size_t i = s->room; i < room; i++)
        by_fd[i] = NULL;
    s->by_fd = by_fd;
    s->room = room;
    return true;
}

static struct gn_socket *find(const struct gn_sockets *s, curl_socket_t fd)
{
    return (size_t)fd < s->room ? s->by_fd[fd] : NULL;
}

static void drop(struct gn_sockets *s, struct gn_socket *socket)
{
    s->by_fd[socket->fd] = NULL;
    uv_close((uv_handle_t *)&socket->poll, on_socket_closed);
}

/* NULL: it cannot be watched; errno says why. */
static struct gn_socket *add(struct gn_sockets *s, curl_socket_t fd, bool ours)
{
    struct gn_socket *socket = NULL;
    int rc = UV_ENOMEM;

    if (find(s, fd) != NULL) /* closed behind our back, and made anew */
        drop(s, find(s, fd));
    if (make_room(s, fd))
        socket = gn_alloc(sizeof *socket);
    if (socket != NULL)
        rc = uv_poll_init_socket(s->loop, &socket->poll, fd);
    if (rc != 0) {
        gn_free(socket);
        errno = -rc;
        return NULL;
    }
    uv_unref((uv_handle_t *)&socket->poll);
    socket->poll.data = socket;
    socket->owner = s;
    socket->fd = fd;
    socket->ours = ours;
    s->by_fd[fd] = socket;
    s->handles++;
    return socket;
}

/* Tells the kernel what is wanted, and nothing else. */
static void watch_exactly(struct gn_socket *socket)
{
    socket->watched = socket->wanted;
    if (socket->wanted == 0)
        GN_CHECK(uv_poll_stop(&socket->poll) == 0);
    else
        GN_CHECK(uv_poll_start(&socket->poll, socket->wanted, on_poll) == 0);
}

/* Tells the kernel what is wanted, unless it knows. To hear that an idle socket
 * is readable is cheap, for it happens once; that it is writable is not, for it
 * nearly always is. */
static void watch(struct gn_socket *socket)
{
    int extra = socket->watched & ~socket->wanted;

    if ((socket->wanted & ~socket->watched) != 0 || (extra & UV_WRITABLE) != 0)
        watch_exactly(socket);
}

/* What libcurl's calls return here says no more than the transfers' own
 * results: without memory they fail, one by one. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct gn_socket *socket = poll->data;
    struct gn_sockets *s = socket->owner;
    int flags = 0;
    int running;

    if (status < 0) {
        /* libuv has stopped watching. libcurl finds the fault by using the
         * socket, and reports it better than by being told of one. */
        socket->watched = 0;
        events = socket->wanted;
    }
    if ((events & ~socket->wanted) != 0)
        watch_exactly(socket);
    events &= socket->wanted;
    if (events == 0)
        return;
    if ((events & UV_READABLE) != 0)
        flags |= CURL_CSELECT_IN;
    if ((events & UV_WRITABLE) != 0)
        flags |= CURL_CSELECT_OUT;
    curl_multi_socket_action(s->multi, socket->fd, flags, &running);
    if (status < 0 && !uv_is_closing((uv_handle_t *)poll))
        watch(socket);
    s->moved(s->context);
}

/* CURLMOPT_SOCKETFUNCTION. When memory runs out here the socket is not watched;
 * its transfer ends by a timeout. (An error would end them all.) */
static int on_wanted(CURL *easy, curl_socket_t fd, int what, void *sockets,
                     void *unused)
{
    struct gn_sockets *s = sockets;
    struct gn_socket *socket = find(s, fd);

    (void)easy;
    (void)unused;
    if (socket == NULL && what != CURL_POLL_REMOVE)
        socket = add(s, fd, false); /* the resolver's */
    if (socket == NULL)
        return 0;
    socket->wanted = (what & CURL_POLL_IN) != 0 ? UV_READABLE : 0;
    if ((what & CURL_POLL_OUT) != 0)
        socket->wanted |= UV_WRITABLE;
    if (what == CURL_POLL_REMOVE) {
        socket->wanted = 0;
        if (!socket->ours) { /* libcurl closes it without telling us */
            drop(s, socket);
            return 0;
        }
    }
    watch(socket);
    return 0;
}

static void on_timer(uv_timer_t *timer)
{
    struct gn_sockets *s = timer->data;
    int running;

    curl_multi_socket_action(s->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    s->moved(s->context);
}

/* CURLMOPT_TIMERFUNCTION. */
static int on_timeout(CURLM *multi, long timeout_ms, void *sockets)
{
    struct gn_sockets *s = sockets;

    (void)multi;
    if (timeout_ms < 0)
        GN_CHECK(uv_timer_stop(&s->timer) == 0);
    else
        GN_CHECK(uv_timer_start(&s->timer, on_timer, (uint64_t)timeout_ms, 0) ==
                 0);
    return 0;
}

void gn_sockets_init(struct gn_sockets *s, uv_loop_t *loop, CURLM *multi,
                     void (*moved)(void *context), void *context)
{
    *s = (struct gn_sockets){.loop = loop, .multi = multi, .moved = moved};
    s->context = context;
    GN_CHECK(uv_timer_init(loop, &s->timer) == 0);
    s->timer.data = s;
    uv_unref((uv_handle_t *)&s->timer);
    s->handles = 1;
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_wanted);
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, s);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timeout);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, s);
}

curl_socket_t gn_sockets_open(struct gn_sockets *s,
                              const struct curl_sockaddr *address)
{
    int fd = socket(address->family,
                    address->socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    address->protocol);

    if (fd < 0 || add(s, fd, true) != NULL)
        return fd;
    int why = errno;
    close(fd);
    errno = why;
    return CURL_SOCKET_BAD;
}

int gn_sockets_shut(void *sockets, curl_socket_t fd)
{
    struct gn_socket *socket = find(sockets, fd);

    if (socket != NULL)
        drop(sockets, socket);
    return close(fd);
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct gn_sockets *s = handle->data;

    if (--s->handles == 0)
        s->closed(s->context);
}

void gn_sockets_close(struct gn_sockets *s, void (*closed)(void *context))
{
    s->closed = closed;
    for (size_t fd = 0; fd < s->room; fd++)
        if (s->by_fd[fd] != NULL)
            drop(s, s->by_fd[fd]);
    gn_free(s->by_fd);
    s->by_fd = NULL;
    s->room = 0;
    uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}
