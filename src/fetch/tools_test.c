/* tools_test.c - what the environment says of proxies. */
#include "fetch/tools.h"

#include "fetch/fixture_test.h"

static struct gn_tools read_environment(void)
{
    struct gn_tools tools;

    assert_int_equal(gn_tools_init(&tools, NULL, NULL), GARNER_OK);
    return tools;
}

static void proxies_are_looked_up(void **state)
{
    struct gn_tools tools;

    (void)state;
    without_proxies();
    tools = read_environment();
    assert_false(tools.proxies.any);
    assert_string_equal(tools.proxies.without, "");
    gn_tools_fini(&tools);
    set("https_proxy", "http://p");
    set("NO_PROXY", "a,b");
    tools = read_environment();
    assert_true(tools.proxies.any);
    assert_string_equal(tools.proxies.without, "a,b");
    gn_tools_fini(&tools);
    set("no_proxy", "c");
    tools = read_environment();
    assert_string_equal(tools.proxies.without, "c");
    gn_tools_fini(&tools);
    without_proxies();
}

static void lost_memory_is_an_error(void **state)
{
    struct gn_tools tools;
    struct garner_error err;

    (void)state;
    set("no_proxy", "c");
    gn_mem_fail_at(1);
    assert_int_equal(gn_tools_init(&tools, NULL, &err), GARNER_NOMEM);
    gn_mem_fail_at(0);
    without_proxies();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proxies_are_looked_up),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
