/* socket_test.c - sockets come, stay, are cut and go, and the loop sleeps in
 * between. */
#include <errno.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fetch/socket.h"
#include "support/tcp_server.h"

/* Stands in for the resolver: no name has an address. */
__attribute__((visibility("default"))) int
getaddrinfo(const char *name, const char *service, const struct addrinfo *req,
            struct addrinfo **pai)
{
    (void)name;
    (void)service;
    (void)req;
    (void)pai;
    return EAI_NONAME;
}

struct fixture {
    uv_loop_t loop;
    struct gn_sockets s;
    CURL *easy;
    struct tcp_server *server;
    uv_prepare_t prepare;
    uv_timer_t timer;
    int turns; /* of the loop */
    int ended;
    CURLcode result;
    int closed;
};

/* Says nothing for a while, then replies once, then closes after a while. */
static void reply_once(struct tcp_peer *p, void *context)
{
    (void)context;
    if (tcp_peer_request(p)) {
        usleep(50000);
        tcp_peer_reply(p, "200 OK", "", "hello");
        usleep(50000);
    }
}

static void reply_always(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        tcp_peer_reply(p, "200 OK", "", "hello");
}

static void say_nothing(struct tcp_peer *p, void *context)
{
    (void)context;
    if (tcp_peer_request(p))
        tcp_peer_wait(p);
}

static curl_socket_t on_open(void *sockets, curlsocktype purpose,
                             struct curl_sockaddr *address)
{
    (void)purpose;
    return gn_sockets_open(sockets, address);
}

static size_t on_body(char *data, size_t one, size_t size, void *unused)
{
    (void)data;
    (void)unused;
    return one * size;
}

static void on_moved(void *context)
{
    struct fixture *fx = context;
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(fx->s.multi, &left)) != NULL) {
        fx->ended++;
        fx->result = message->data.result;
        curl_multi_remove_handle(fx->s.multi, fx->easy);
        uv_stop(&fx->loop);
    }
}

static void on_closed(void *context)
{
    struct fixture *fx = context;

    fx->closed++;
}

static void on_turn(uv_prepare_t *prepare)
{
    struct fixture *fx = prepare->data;

    fx->turns++;
}

static void on_time(uv_timer_t *timer)
{
    uv_stop(timer->loop);
}

static void begin(struct fixture *fx, tcp_script *script)
{
    char url[64];

    *fx = (struct fixture){.server = tcp_server_new(script, NULL)};
    assert_int_equal(uv_loop_init(&fx->loop), 0);
    uv_prepare_init(&fx->loop, &fx->prepare);
    fx->prepare.data = fx;
    uv_prepare_start(&fx->prepare, on_turn);
    uv_timer_init(&fx->loop, &fx->timer);
    gn_sockets_init(&fx->s, &fx->loop, curl_multi_init(), on_moved, fx);
    fx->easy = curl_easy_init();
    snprintf(url, sizeof url, "http://127.0.0.1:%d/",
             tcp_server_port(fx->server));
    curl_easy_setopt(fx->easy, CURLOPT_URL, url);
    curl_easy_setopt(fx->easy, CURLOPT_PROXY, "");
    curl_easy_setopt(fx->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(fx->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(fx->easy, CURLOPT_OPENSOCKETDATA, &fx->s);
    curl_easy_setopt(fx->easy, CURLOPT_CLOSESOCKETFUNCTION, gn_sockets_shut);
    curl_easy_setopt(fx->easy, CURLOPT_CLOSESOCKETDATA, &fx->s);
}

static void fetch(struct fixture *fx)
{
    int ended = fx->ended;

    assert_int_equal(curl_multi_add_handle(fx->s.multi, fx->easy), CURLM_OK);
    while (fx->ended == ended)
        uv_run(&fx->loop, UV_RUN_DEFAULT);
}

/* Lets the loop run for ms. */
static void run_for(struct fixture *fx, uint64_t ms)
{
    uv_timer_start(&fx->timer, on_time, ms, 0);
    uv_run(&fx->loop, UV_RUN_DEFAULT);
}

static void finish(struct fixture *fx)
{
    curl_multi_remove_handle(fx->s.multi, fx->easy);
    curl_easy_cleanup(fx->easy);
    assert_int_equal(curl_multi_cleanup(fx->s.multi), CURLM_OK);
    gn_sockets_close(&fx->s, on_closed);
    assert_int_equal(fx->closed, 0);
    uv_close((uv_handle_t *)&fx->prepare, NULL);
    uv_close((uv_handle_t *)&fx->timer, NULL);
    assert_int_equal(uv_run(&fx->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(fx->closed, 1);
    assert_int_equal(uv_loop_close(&fx->loop), 0);
    tcp_server_close(fx->server);
}

static void a_socket_is_used_again(void **state)
{
    struct fixture fx;

    (void)state;
    begin(&fx, reply_always);
    for (int i = 0; i < 5; i++) {
        fetch(&fx);
        assert_int_equal(fx.result, CURLE_OK);
        assert_int_equal(fx.s.handles, 2); /* the timer and it */
    }
    assert_int_equal(tcp_server_connections(fx.server), 1);
    finish(&fx);
}

static void the_loop_sleeps_while_it_waits(void **state)
{
    struct fixture fx;

    (void)state;
    begin(&fx, reply_once);
    fetch(&fx);
    assert_int_equal(fx.result, CURLE_OK);
    assert_true(fx.turns < 50); /* a socket always ready turns it thousands */
    finish(&fx);
}

static void an_idle_socket_that_is_cut_does_not_spin_the_loop(void **state)
{
    struct fixture fx;

    (void)state;
    begin(&fx, reply_once);
    fetch(&fx);
    fx.turns = 0;
    run_for(&fx, 150); /* meanwhile the server closes */
    assert_true(fx.turns < 20);
    fetch(&fx);
    assert_int_equal(fx.result, CURLE_OK);
    assert_int_equal(tcp_server_connections(fx.server), 2);
    assert_true(fx.turns < 50);
    finish(&fx);
}

static void a_reset_while_idle_does_no_harm(void **state)
{
    struct fixture fx;

    (void)state;
    begin(&fx, reply_always);
    fetch(&fx);
    tcp_server_close(fx.server);
    fx.turns = 0;
    run_for(&fx, 50);
    assert_true(fx.turns < 20);
    /* Nobody listens any more; half of the old connection, which is still
     * there, keeps others from the port. */
    fetch(&fx);
    assert_int_equal(fx.result, CURLE_COULDNT_CONNECT);
    fx.server = tcp_server_new(reply_always, NULL);
    finish(&fx);
}

static void the_resolver_leaves_no_socket(void **state)
{
    struct fixture fx;

    (void)state;
    begin(&fx, reply_always);
    curl_easy_setopt(fx.easy, CURLOPT_URL, "http://nowhere.invalid/");
    fetch(&fx);
    assert_int_equal(fx.result, CURLE_COULDNT_RESOLVE_HOST);
    run_for(&fx, 0); /* close callbacks */
    assert_int_equal(fx.s.handles, 1);
    finish(&fx);
}

static void closing_closes_what_is_connected(void **state)
{
    struct fixture fx;

    (void)state;
    begin(&fx, say_nothing);
    assert_int_equal(curl_multi_add_handle(fx.s.multi, fx.easy), CURLM_OK);
    while (tcp_server_requests(fx.server) == 0)
        uv_run(&fx.loop, UV_RUN_NOWAIT);
    finish(&fx);
    assert_int_equal(fx.ended, 0);
}

/* Of a kind that nothing else here opens, so that they can be counted while
 * other threads open and close descriptors of their own. */
static const struct curl_sockaddr odd = {.family = AF_UNIX,
                                         .socktype = SOCK_SEQPACKET};

static bool is_odd(int fd)
{
    socklen_t size = sizeof(int);
    int family = 0;
    int type = 0;

    return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) == 0 &&
           getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
           family == odd.family && type == odd.socktype;
}

static int count_odd(void)
{
    int count = 0;

    for (int fd = 0; fd < 1024; fd++)
        count += is_odd(fd);
    return count;
}

static void lost_memory_makes_no_socket(void **state)
{
    struct fixture fx;
    curl_socket_t fd;

    (void)state;
    begin(&fx, reply_always);
    for (unsigned nth = 1; nth <= 2; nth++) { /* the table, the socket */
        gn_mem_fail_at(nth);
        errno = 0;
        assert_int_equal(gn_sockets_open(&fx.s, &odd), CURL_SOCKET_BAD);
        assert_int_equal(errno, ENOMEM);
        assert_int_equal(fx.s.handles, 1);
        assert_int_equal(count_odd(), 0); /* none was left open */
    }
    gn_mem_fail_at(0);
    fd = gn_sockets_open(&fx.s, &odd);
    assert_int_equal(count_odd(), 1);
    assert_int_equal(gn_sockets_shut(&fx.s, fd), 0);
    assert_int_equal(count_odd(), 0);
    fetch(&fx);
    assert_int_equal(fx.result, CURLE_OK);
    finish(&fx);
}

static void many_sockets_find_room(void **state)
{
    enum { MANY = 300 };
    struct curl_sockaddr address = {.family = 2, .socktype = 1};
    curl_socket_t fd[MANY];
    struct fixture fx;

    (void)state;
    begin(&fx, reply_always);
    for (int i = 0; i < MANY; i++) {
        fd[i] = gn_sockets_open(&fx.s, &address);
        assert_true(fd[i] >= 0);
    }
    assert_int_equal(fx.s.handles, MANY + 1);
    for (int i = 0; i < MANY; i += 2)
        assert_int_equal(gn_sockets_shut(&fx.s, fd[i]), 0);
    finish(&fx); /* closes the rest's handles */
    for (int i = 1; i < MANY; i += 2)
        assert_int_equal(close(fd[i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_is_used_again),
        cmocka_unit_test(the_loop_sleeps_while_it_waits),
        cmocka_unit_test(an_idle_socket_that_is_cut_does_not_spin_the_loop),
        cmocka_unit_test(a_reset_while_idle_does_no_harm),
        cmocka_unit_test(the_resolver_leaves_no_socket),
        cmocka_unit_test(closing_closes_what_is_connected),
        cmocka_unit_test(lost_memory_makes_no_socket),
        cmocka_unit_test(many_sockets_find_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
