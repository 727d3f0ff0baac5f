/* rules_test.c - how long what a robots.txt said counts, and where it is kept.
 */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/history/schema.h"
#include "engine/host/rules.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

/* Learns an answer of that status; 0: none came. */
static void answer(struct gn_rules *r, int status, const char *headers,
                   const char *body, int64_t wall_us)
{
    struct gn_buf head = {0};
    struct gn_buf text = {0};
    struct gn_response response = {.failure = status == 0 ? GN_FAILURE_CONNECT
                                                          : GN_FAILURE_NONE,
                                   .status = status,
                                   .headers = &head,
                                   .body = &text};

    gn_buf_text(&head, headers);
    gn_buf_text(&text, body);
    gn_rules_learn(r, &response, wall_us);
    gn_buf_fini(&head);
    gn_buf_fini(&text);
}

static bool allows(const struct gn_rules *r, const char *url)
{
    struct gn_robots_verdict v;

    gn_rules_ask(r, url, "FooBot/1", &v);
    return v.allowed;
}

static void answers_mean_what_the_rfc_says(void **state)
{
    static const char body[] = "user-agent: foobot\ndisallow: /a?b\n";
    struct gn_rules r = {0};

    (void)state;
    assert_false(gn_rules_fresh(&r, 1));
    answer(&r, 503, "", body, SECOND);
    assert_int_equal(r.access, GN_ROBOTS_UNREACHABLE);
    assert_false(allows(&r, "http://h/c"));
    answer(&r, 404, "", body, SECOND);
    assert_true(allows(&r, "http://h/a?b"));
    answer(&r, 200, "", body, SECOND);
    assert_false(allows(&r, "http://u:p@h:80/a?b=c#d"));
    assert_true(allows(&r, "http://h/a"));
    assert_true(allows(&r, "http://h"));
    answer(&r, 200, "", "user-agent: *\ndisallow: /\n", SECOND);
    assert_false(allows(&r, "http://h"));
    answer(&r, 200, "", "", SECOND);
    assert_true(allows(&r, "http://h/a?b"));
    assert_int_equal(r.version, 5);
    gn_rules_fini(&r);
}

static void they_are_asked_for_as_the_source_is(void **state)
{
    static const char *const headers[] = {"X: y", NULL};
    const struct gn_source source = {.request = {.url = "http://h/a",
                                                 .method = "POST",
                                                 .body = "b",
                                                 .body_size = 1,
                                                 .headers = headers,
                                                 .user_agent = "FooBot/1",
                                                 .cookies = "c=d",
                                                 .keeps_cookies = true,
                                                 .login = GN_LOGIN_BASIC,
                                                 .user = "u",
                                                 .password = "p"}};
    struct gn_buf url = {0};
    struct gn_request r = gn_rules_request(&source, "http://h:80", &url);

    (void)state;
    assert_string_equal(r.url, "http://h:80/robots.txt");
    assert_string_equal(r.user_agent, "FooBot/1");
    assert_true(r.method == NULL && r.body == NULL && r.headers == NULL);
    assert_true(r.cookies == NULL && !r.keeps_cookies && r.password == NULL);
    assert_true(r.led_public_only);
    gn_buf_clear(&url);
    r = gn_rules_request(&source, "https://::1:443", &url);
    assert_string_equal(r.url, "https://[::1]:443/robots.txt");
    gn_buf_fini(&url);
}

static void what_they_forbid_is_said(void **state)
{
    struct gn_rules r = {0};
    char text[300];

    (void)state;
    answer(&r, 200, "", "user-agent: *\ndisallow: /a\n", SECOND);
    gn_rules_refusal(&r, "http://h:80", "http://h/a", NULL, text);
    assert_string_equal(text, "http://h:80/robots.txt, line 2, forbids it "
                              "(Disallow: /a); robots: ignore fetches it all "
                              "the same");
    gn_rules_fini(&r);
    answer(&r, 503, "", "", SECOND);
    gn_rules_refusal(&r, "http://h:80", "http://h/a", NULL, text);
    assert_string_equal(text, "http://h:80/robots.txt cannot be had: the "
                              "server answered with status 503; until it can, "
                              "nothing is fetched there");
    gn_rules_fini(&r);
}

static void an_answer_is_fresh_for_a_while(void **state)
{
    struct gn_rules r = {0};

    (void)state;
    answer(&r, 200, "", "x", SECOND);
    assert_true(gn_rules_fresh(&r, DAY));
    assert_false(gn_rules_fresh(&r, DAY + SECOND));
    assert_false(gn_rules_fresh(&r, 0)); /* the clock was set back */
    answer(&r, 404, "cache-control: max-age=100\n", "", SECOND);
    assert_true(gn_rules_fresh(&r, 101 * SECOND - 1));
    assert_false(gn_rules_fresh(&r, 101 * SECOND));
    answer(&r, 200, "cache-control: max-age=0\n", "x", SECOND);
    assert_true(gn_rules_fresh(&r, 61 * SECOND - 1)); /* no sooner */
    assert_false(gn_rules_fresh(&r, 61 * SECOND));
    gn_rules_fini(&r);
}

static void what_cannot_be_had_is_what_it_was(void **state)
{
    struct gn_rules r = {0};

    (void)state;
    answer(&r, 200, "", "user-agent: *\ndisallow: /a\n", DAY);
    answer(&r, 500, "", "", 3 * DAY);
    assert_false(allows(&r, "http://h/a"));
    assert_true(allows(&r, "http://h/b"));
    assert_true(gn_rules_fresh(&r, 3 * DAY + 59 * SECOND));
    assert_false(gn_rules_fresh(&r, 3 * DAY + 60 * SECOND));
    answer(&r, 0, "", "", 31 * DAY - 1);
    assert_true(allows(&r, "http://h/b"));
    answer(&r, 0, "", "", 31 * DAY); /* but not for ever */
    assert_false(allows(&r, "http://h/b"));
    assert_int_equal(r.failure, GN_FAILURE_CONNECT);
    assert_true(gn_rules_fresh(&r, 31 * DAY + 59 * SECOND));
    gn_rules_fini(&r);
}

static void what_has_not_changed_stays(void **state)
{
    struct gn_rules r = {0};
    struct gn_validators v;

    (void)state;
    answer(&r, 200, "etag: \"a\"\n", "user-agent: *\ndisallow: /a\n", DAY);
    v = gn_rules_validators(&r);
    assert_string_equal(v.etag, "\"a\"");
    assert_null(v.modified);
    answer(&r, 304, "", "", 3 * DAY);
    assert_int_equal(r.version, 1);
    assert_false(allows(&r, "http://h/a"));
    assert_true(gn_rules_fresh(&r, 4 * DAY - 1));
    answer(&r, 404, "etag: \"b\"\n", "", 4 * DAY);
    v = gn_rules_validators(&r);
    assert_false(gn_validators_any(&v));
    answer(&r, 304, "", "", 5 * DAY); /* nobody asked so: no rules */
    assert_int_equal(r.access, GN_ROBOTS_UNAVAILABLE);
    gn_rules_fini(&r);
}

static void without_memory_nothing_is_allowed(void **state)
{
    struct gn_buf head = {0};
    struct gn_buf text = {0};
    struct gn_response response = {
        .status = 200, .headers = &head, .body = &text};
    struct gn_rules r = {0};

    (void)state;
    gn_buf_text(&text, "x");
    gn_mem_fail_at(1);
    gn_rules_learn(&r, &response, SECOND);
    gn_mem_fail_at(0);
    assert_false(allows(&r, "http://h/b"));
    gn_rules_learn(&r, &response, SECOND);
    gn_mem_fail_at(1);
    assert_false(allows(&r, "http://h/b"));
    gn_mem_fail_at(0);
    assert_true(allows(&r, "http://h/b"));
    gn_buf_fini(&head);
    gn_buf_fini(&text);
    gn_rules_fini(&r);
}

static void keep(struct world *w, const struct gn_rules *r)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(gn_rules_add(batch, "http://h:80", r, NULL), GARNER_OK);
    assert_int_equal(garner_write(w->store, batch, NULL, NULL), GARNER_OK);
    garner_batch_free(batch);
}

static struct gn_rules recalled(struct world *w)
{
    struct gn_rules r = {0};

    assert_int_equal(gn_rules_recall(w->store, "http://h:80", &r, NULL),
                     GARNER_OK);
    return r;
}

static void they_are_kept(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_rules r = {0};
    struct gn_rules again;

    (void)state;
    assert_int_equal(gn_schema_open(w->store, NULL), GARNER_OK);
    again = recalled(w);
    assert_int_equal(again.version, 0);
    answer(&r, 200, "etag: \"e\"\n", "user-agent: *\ndisallow: /\xFF\n",
           SECOND);
    keep(w, &r);
    again = recalled(w);
    assert_int_equal(again.access, GN_ROBOTS_RULES);
    assert_int_equal(again.size, r.size);
    assert_memory_equal(again.text, r.text, r.size);
    assert_string_equal(again.etag, "\"e\"");
    assert_null(again.modified);
    assert_int_equal(again.asked_us, r.asked_us);
    assert_int_equal(again.until_us, r.until_us);
    assert_true(gn_rules_fresh(&again, 2 * SECOND));
    gn_rules_fini(&again);
    answer(&r, 404, "", "", 2 * SECOND);
    keep(w, &r);
    again = recalled(w);
    assert_int_equal(again.access, GN_ROBOTS_UNAVAILABLE);
    assert_null(again.text);
    store_runs(w, "update garner_robots set access = 'other'");
    again = recalled(w);
    assert_int_equal(again.version, 0);
    assert_asked(w, "select count(*) from garner_robots", "1");
    gn_rules_fini(&r);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_mean_what_the_rfc_says),
        cmocka_unit_test(they_are_asked_for_as_the_source_is),
        cmocka_unit_test(what_they_forbid_is_said),
        cmocka_unit_test(an_answer_is_fresh_for_a_while),
        cmocka_unit_test(what_cannot_be_had_is_what_it_was),
        cmocka_unit_test(what_has_not_changed_stays),
        cmocka_unit_test(without_memory_nothing_is_allowed),
        cmocka_unit_test(they_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
