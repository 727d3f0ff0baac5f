/* host_test.c - hosts come, meet and go. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/host/hosts.h"

static struct gn_host *named(const char *url)
{
    struct gn_host *host = gn_host_make(gn_host_name(url));

    assert_non_null(host);
    return host;
}

static struct gn_host *meet(struct gn_hosts *h, struct gn_host *host)
{
    struct gn_host *out;

    assert_int_equal(gn_host_meet(h, host, &out, NULL), GARNER_OK);
    return out;
}

static void a_url_names_its_host(void **state)
{
    static const struct {
        const char *url;
        const char *name;
    } cases[] = {
        {"http://Example.ORG/a?b", "http://example.org:80"},
        {"HTTPS://u@h", "https://h:443"},
        {"https://h:8443/", "https://h:8443"},
        {"http://[::1]:8/", "http://::1:8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *name = gn_host_name(cases[i].url);

        assert_string_equal(name, cases[i].name);
        gn_free(name);
    }
    assert_null(gn_host_make(NULL));
}

static void one_of_a_name_is_enough(void **state)
{
    struct gn_hosts h = {0};
    struct gn_host *b = meet(&h, named("http://b/"));
    struct gn_host *a = meet(&h, named("http://a/"));

    (void)state;
    assert_ptr_equal(meet(&h, named("http://b/other")), b);
    assert_int_equal(h.count, 2);
    assert_ptr_equal(h.all[0], a); /* by name */
    gn_hosts_close(&h);
}

static void those_that_are_idle_are_forgotten(void **state)
{
    struct gn_hosts h = {0};

    (void)state;
    (void)meet(&h, named("http://idle/"));
    meet(&h, named("http://stays/"))->stays = true;
    meet(&h, named("http://pages/"))->pages = 1;
    meet(&h, named("http://untold/"))->untold.requests = 1;
    meet(&h, named("http://changed/"))->changed = true;
    meet(&h, named("http://learned/"))->learned = true;
    meet(&h, named("http://asking/"))->asking = true;
    meet(&h, named("http://active/"))->active = 1;
    meet(&h, named("http://telling/"))->tellings = 1;
    meet(&h, named("http://open/"))->circuit.openings = 1;
    meet(&h, named("http://soon/"))->next_ns = 8;
    meet(&h, named("http://off/"))->off_until_ns = 8;
    gn_host_trim(&h, 7);
    assert_int_equal(h.count, 11);
    for (size_t i = 0; i < h.count; i++)
        assert_string_not_equal(h.all[i]->name, "http://idle:80");
    gn_host_trim(&h, 8);
    assert_int_equal(h.count, 9);
    gn_hosts_close(&h);
}

static void without_memory_none_is_lost(void **state)
{
    struct gn_hosts h = {0};
    struct gn_host *host = named("http://a/");
    struct gn_host *out;

    (void)state;
    gn_mem_fail_at(1);
    assert_int_equal(gn_host_meet(&h, host, &out, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_int_equal(h.count, 0);
    gn_hosts_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_names_its_host),
        cmocka_unit_test(one_of_a_name_is_enough),
        cmocka_unit_test(those_that_are_idle_are_forgotten),
        cmocka_unit_test(without_memory_none_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
