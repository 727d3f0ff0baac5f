/* saving_test.c - bodies that go to a file as they come. */
#include "fetch/fixture_test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/part.h"

enum { LARGE = 3000000 };

static char folder[32];
static char path[64]; /* of a file in it */

static void send_large(struct tcp_peer *p, size_t size)
{
    char *body = malloc(LARGE);

    assert_non_null(body);
    memset(body, 'x', LARGE);
    tcp_peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
    tcp_peer_send(p, body, size);
    free(body);
}

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/404"))
            tcp_peer_reply(p, "404 Not Found", "", "no");
        else if (tcp_peer_asks(p, "/206"))
            tcp_peer_reply(p, "206 Partial Content", "", "half");
        else if (tcp_peer_asks(p, "/empty"))
            tcp_peer_reply(p, "200 OK", "", "");
        else if (tcp_peer_asks(p, "/moved"))
            tcp_peer_reply(p, "302 Found", "Location: /there\r\n", "elsewhere");
        else if (tcp_peer_asks(p, "/large"))
            send_large(p, LARGE);
        else if (tcp_peer_asks(p, "/cut")) {
            send_large(p, LARGE / 2);
            return;
        } else {
            tcp_peer_reply(p, "200 OK", "", "hello");
        }
    }
}

/* What a fetch told. */
struct told {
    bool commits; /* to put the file in its place */
    enum gn_failure failure;
    char error[240];
    int64_t size;
    size_t in_memory;
    bool has_part;
    bool is_hashed; /* as what the file holds, or what is in memory */
};

static bool is_hash_of(const unsigned char *sha256, const void *data,
                       size_t size)
{
    unsigned char own[32];

    return EVP_Digest(data, size, own, NULL, EVP_sha256(), NULL) == 1 &&
           memcmp(own, sha256, sizeof own) == 0;
}

static bool is_hash_of_file(const unsigned char *sha256)
{
    char *data = malloc(LARGE + 1);
    FILE *f = fopen(path, "r");
    size_t size;
    bool same;

    assert_non_null(data);
    assert_non_null(f);
    size = fread(data, 1, LARGE + 1, f);
    fclose(f);
    same = is_hash_of(sha256, data, size);
    free(data);
    return same;
}

static void done(void *context, struct gn_response *r)
{
    struct told *t = context;

    t->failure = r->failure;
    snprintf(t->error, sizeof t->error, "%s", r->error);
    t->size = r->size;
    t->in_memory = r->body->size;
    t->has_part = r->part != NULL;
    if (!t->has_part) {
        t->is_hashed = is_hash_of(r->sha256, r->body->data, r->body->size);
    } else if (t->commits) {
        assert_int_equal(gn_part_commit(r->part, NULL), GARNER_OK);
        t->is_hashed = is_hash_of_file(r->sha256);
    }
}

static struct told ask(const char *url, bool memory_too, bool commits,
                       const struct gn_fetch_limits *limits)
{
    const struct gn_request request = {
        .limits = limits != NULL ? *limits : (struct gn_fetch_limits){0}};
    struct told t = {.commits = commits};
    struct gn_target *target;
    struct fixture fx;

    begin(&fx, serve, NULL);
    target = target_at(&fx, url, &request);
    assert_true(gn_target_save(target, path, memory_too));
    for (int i = 0; i < 2; i++) { /* the handle is used again */
        assert_int_equal(gn_fetcher_start(fx.f, target, done, &t, NULL, NULL),
                         GARNER_OK);
        uv_run(&fx.loop, UV_RUN_DEFAULT);
    }
    gn_target_free(target);
    finish(&fx);
    return t;
}

static int set_up(void **state)
{
    FILE *f;

    (void)state;
    strcpy(folder, "/tmp/gn-saving-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a", folder);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("old", f);
    fclose(f);
    return 0;
}

/* Nothing but the file may be left. */
static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static int64_t size_of_file(void)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void it_goes_to_the_file_alone(void **state)
{
    const struct told t = ask("/large", false, true, NULL);

    (void)state;
    assert_int_equal(t.failure, GN_FAILURE_NONE);
    assert_int_equal(t.size, LARGE);
    assert_int_equal(t.in_memory, 0);
    assert_true(t.is_hashed);
    assert_int_equal(size_of_file(), LARGE);
}

static void or_to_memory_too(void **state)
{
    const struct told t = ask("/large", true, true, NULL);

    (void)state;
    assert_int_equal(t.in_memory, LARGE);
    assert_true(t.has_part && t.is_hashed);
    assert_int_equal(size_of_file(), LARGE);
}

static void an_empty_one_is_a_file(void **state)
{
    const struct told t = ask("/empty", false, true, NULL);

    (void)state;
    assert_true(t.has_part && t.is_hashed);
    assert_int_equal(t.size, 0);
    assert_int_equal(size_of_file(), 0);
}

static void where_it_was_sent_on_to_counts(void **state)
{
    const struct told t = ask("/moved", false, true, NULL);

    (void)state;
    assert_true(t.has_part && t.is_hashed);
    assert_int_equal(size_of_file(), 5);
}

static void not_taken_it_leaves_the_old_one(void **state)
{
    const struct told t = ask("/large", false, false, NULL);

    (void)state;
    assert_true(t.has_part);
    assert_int_equal(size_of_file(), 3);
}

static void other_answers_stay_in_memory(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct told t =
            ask(i == 0 ? "/404" : "/206", false, true, NULL);

        assert_int_equal(t.failure, GN_FAILURE_NONE);
        assert_false(t.has_part);
        assert_true(t.is_hashed);
        assert_int_equal(t.in_memory, t.size);
        assert_int_equal(t.size, i == 0 ? 2 : 4);
    }
    assert_int_equal(size_of_file(), 3);
}

static void failures_leave_the_old_one(void **state)
{
    struct told t = ask("/cut", false, true, NULL);

    (void)state;
    assert_int_equal(t.failure, GN_FAILURE_PROTOCOL);
    assert_false(t.has_part);
    assert_int_equal(t.size, 0);
    t = ask("/large", false, true,
            &(struct gn_fetch_limits){.max_body_bytes = LARGE - 1});
    assert_int_equal(t.failure, GN_FAILURE_TOO_LARGE);
    assert_false(t.has_part);
    assert_int_equal(size_of_file(), 3);
}

static void a_place_that_cannot_be_used_is_told(void **state)
{
    static const char *const urls[] = {"/large", "/empty"};
    char right[sizeof path];

    (void)state;
    strcpy(right, path);
    strcpy(path, folder);
    for (int i = 0; i < 2; i++) {
        const struct told t = ask(urls[i], false, true, NULL);

        assert_int_equal(t.failure, GN_FAILURE_LOCAL);
        assert_has(t.error, "this is no file but a folder");
        assert_has(t.error, folder);
        assert_false(t.has_part);
    }
    strcpy(path, right);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(it_goes_to_the_file_alone),
        TEST(or_to_memory_too),
        TEST(an_empty_one_is_a_file),
        TEST(where_it_was_sent_on_to_counts),
        TEST(not_taken_it_leaves_the_old_one),
        TEST(other_answers_stay_in_memory),
        TEST(failures_leave_the_old_one),
        TEST(a_place_that_cannot_be_used_is_told),
#undef TEST
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
