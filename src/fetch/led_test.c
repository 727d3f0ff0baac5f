/* led_test.c - redirects that are not followed within a fetch: what is wrong
 * with their bodies does not matter. */
#include "fetch/fixture_test.h"

#define MOVED "HTTP/1.1 302 Found\r\nLocation: /there\r\n"

static const struct reply {
    const char *path;
    const char *reply;
    bool wait; /* the connection stays open behind it */
} replies[] = {
    {"/open", MOVED "\r\nno end", true},
    {"/packed", MOVED "Content-Encoding: gzip\r\n\r\n", true},
    {"/stalled", MOVED "Content-Length: 9\r\n\r\nabc", true},
    {"/cut", MOVED "Content-Length: 9\r\n\r\nabc", false},
    {"/gzip",
     MOVED "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!",
     true},
    {"/large",
     MOVED "Transfer-Encoding: chunked\r\n\r\na\r\nten bytes!\r\n0\r\n\r\n",
     true},
    {"/none", "HTTP/1.1 302 Found\r\nContent-Length: 9\r\n\r\nabc", false},
    {"/same", "HTTP/1.1 200 OK\r\nLocation: /\r\nContent-Length: 9\r\n\r\nabc",
     false},
};

enum { MUCH = 1 << 20 };

/* As much as is taken of a mebibyte. */
static void send_much(struct tcp_peer *p)
{
    char piece[1025];

    memset(piece, 'x', sizeof piece - 1);
    piece[sizeof piece - 1] = '\0';
    (void)tcp_peer_text(p, MOVED "Content-Length: 1048576\r\n\r\n");
    for (int sent = 0; sent < MUCH && tcp_peer_text(p, piece); sent += 1024) {
    }
}

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        const struct reply *r = replies;

        if (tcp_peer_asks(p, "/much")) {
            send_much(p);
            return;
        }
        if (tcp_peer_asks(p, "/whole")) {
            tcp_peer_reply(p, "302 Found", "Location: /there\r\n", "12345");
            continue;
        }
        while (!tcp_peer_asks(p, r->path))
            r++;
        (void)tcp_peer_text(p, r->reply);
        if (r->wait)
            tcp_peer_wait(p);
        return;
    }
}

static void its_body_does_not_matter(void **state)
{
    const struct gn_request once = {
        .one_hop = true, .limits = {.stall_ms = 600, .max_body_bytes = 9}};
    const struct gn_request never = {
        .one_hop = true,
        .limits = {.stall_ms = 600, .max_body_bytes = 20, .max_redirects = -1}};
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, serve, NULL);
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        const bool is_led = strstr(replies[i].reply, MOVED) != NULL;

        do
            r = fetch(&fx, replies[i].path, &once);
        while (r.status == 0); /* its first bytes came too late */
        if ((r.failure == GN_FAILURE_NONE) != is_led)
            fail_msg("%s: %s", replies[i].path, r.error);
        assert_int_equal(r.size, 0);
        /* Where it is not to be followed, it is an answer like others. */
        do
            r = fetch(&fx, replies[i].path, &never);
        while (r.status == 0);
        if ((r.failure == GN_FAILURE_NONE) != (i == 5))
            fail_msg("%s: %s", replies[i].path, r.error);
    }
    finish(&fx);
}

/* One without an end is not waited for, and so does not stall. */
static void an_end_that_none_tells_is_not_waited_for(void **state)
{
    const struct gn_request once = {.one_hop = true};
    struct fixture fx;

    (void)state;
    begin(&fx, serve, NULL);
    assert_true(fetch(&fx, "/open", &once).duration_us < 15000000);
    assert_true(fetch(&fx, "/packed", &once).duration_us < 15000000);
    finish(&fx);
}

static void much_of_it_is_not_read(void **state)
{
    const struct gn_request once = {.one_hop = true};
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, serve, NULL);
    r = fetch(&fx, "/much", &once);
    assert_int_equal(r.status, 302);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_in_range(r.wire_bytes, 1, MUCH / 2);
    finish(&fx);
}

static void its_connection_is_used_again(void **state)
{
    const struct gn_request once = {.one_hop = true};
    struct fixture fx;

    (void)state;
    begin(&fx, serve, NULL);
    for (int i = 0; i < 3; i++) {
        const struct result r = fetch(&fx, "/whole", &once);

        assert_int_equal(r.status, 302);
        assert_int_equal(r.size, 0);
        assert_int_equal(r.wire_bytes, 5);
    }
    assert_int_equal(tcp_server_connections(fx.server), 1);
    finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(its_body_does_not_matter),
        cmocka_unit_test(an_end_that_none_tells_is_not_waited_for),
        cmocka_unit_test(much_of_it_is_not_read),
        cmocka_unit_test(its_connection_is_used_again),
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
