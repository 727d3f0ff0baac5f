/* links_test.c - which rows refer to which, by their values alone. */
#include "store/fixture_test.h"

#include "store/unit/links.h"

enum { MOST = 16 };

/* node (a, b) refers to node (x, y), by y's place in the primary key. */
static struct gn_unit_column y = {.name = "y", .key = 2};
static struct gn_unit_column x = {.name = "x", .key = 1, .next = &y};
static struct gn_unit_pair second = {.column = "b"};
static struct gn_unit_pair pair = {.column = "a", .target = "X"};
static struct gn_unit_reference reference = {
    .table = "node", .target = "node", .pairs = &pair};
static struct gn_unit_table node = {.name = "node", .columns = &x};
static struct gn_unit_table other = {.name = "other", .columns = &x};

static struct gn_arena arena;
static struct gn_unit_rows rows;
static const struct gn_unit_row *all[MOST];

static int links_up(void **state)
{
    (void)state;
    pair.next = NULL;
    return 0;
}

static int links_down(void **state)
{
    (void)state;
    gn_mem_fail_at(0);
    gn_arena_clear(&arena);
    gn_unit_rows_clear(&rows);
    return 0;
}

static void add(struct gn_unit_table *table, const struct garner_field *fields,
                size_t count)
{
    const struct gn_unit_shape shape = {
        .verb = GN_UNIT_INSERT, .table = table->name, .count = count};

    assert_int_equal(gn_unit_rows_add(&rows, &shape, fields, NULL), GARNER_OK);
    rows.latest->found = table;
    assert_true(rows.count <= MOST);
    all[rows.count - 1] = rows.last_row;
}

#define ADD(table, ...) add(table, GARNER_FIELDS(__VA_ARGS__))
#define INT(i)          garner_integer(i)
#define TEXT(t)         garner_text(t)

/* The links as "10 12": from row 1 to row 0 ... */
static const char *linked(bool equal)
{
    static char text[200];
    struct gn_unit_links links = {
        .arena = &arena, .rows = all, .count = rows.count, .equal = equal};
    size_t n = 0;

    links.order = gn_unit_order_new(&arena, rows.count);
    assert_non_null(links.order);
    gn_unit_links_add(&links, &node, &reference, &node);
    text[0] = '\0';
    for (size_t i = 0; i < rows.count; i++)
        for (const struct gn_unit_need *need = links.order->needs[i];
             need != NULL; need = need->next) {
            assert_ptr_equal(need->why, &reference);
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%zu%zu",
                                  n > 0 ? " " : "", need->from, need->to);
        }
    return text;
}

static void rows_are_linked_by_value(void **state)
{
    (void)state;
    ADD(&node, {"x", INT(1)}, {"a", INT(2)});
    ADD(&node, {"a", INT(1)}, {"x", INT(2)});
    ADD(&node, {"x", INT(3)}, {"A", INT(3)}); /* itself: no matter */
    ADD(&node, {"x", INT(4)}, {"a", garner_null()});
    ADD(&node, {"X", garner_null()}, {"a", INT(77)});
    ADD(&node, {"z", INT(77)}, {"a", INT(4)});
    ADD(&other, {"x", INT(77)}, {"a", INT(1)}); /* no node */
    assert_string_equal(linked(false), "01 10 53");
    assert_string_equal(linked(true), "01 10 53");
}

static void keys_of_several_columns_agree_in_all(void **state)
{
    (void)state;
    pair.next = &second;
    ADD(&node, {"x", INT(1)}, {"y", TEXT("one")});
    ADD(&node, {"x", INT(1)}, {"y", TEXT("two")});
    ADD(&node, {"x", INT(1)});
    ADD(&node, {"a", INT(1)}, {"b", TEXT("two")});
    ADD(&node, {"a", INT(1)}, {"b", TEXT("three")});
    ADD(&node, {"a", INT(1)}, {"b", garner_null()});
    ADD(&node, {"b", TEXT("one")}, {"a", INT(1)});
    ADD(&node, {"a", TEXT("one")}, {"b", INT(1)});
    assert_string_equal(linked(true), "31 60");
}

static void what_may_be_the_same_is_linked_at_first(void **state)
{
    (void)state;
    ADD(&node, {"x", INT(5)});
    ADD(&node, {"x", TEXT("5 ")});
    ADD(&node, {"x", garner_real(5)});
    ADD(&node, {"x", TEXT("Ab")});
    ADD(&node, {"x", TEXT("aB  ")});
    ADD(&node, {"x", garner_blob("ab", 2)});
    ADD(&node, {"a", TEXT("5")});
    assert_string_equal(linked(false), "60 61 62");
    assert_string_equal(linked(true), "");
    ADD(&node, {"a", TEXT("AB")});
    assert_string_equal(linked(false), "60 61 62 73 74 75");
    ADD(&node, {"a", TEXT("Ab")});
    assert_string_equal(linked(true), "83");
    ADD(&node, {"a", garner_blob("ab", 2)});
    assert_string_equal(linked(true), "83 95");
}

static void numbers_are_told_exactly(void **state)
{
    (void)state;
    ADD(&node, {"x", INT(INT64_MAX)});
    ADD(&node, {"x", INT(INT64_MAX - 1)});
    ADD(&node, {"x", garner_real(0x1p63)});
    ADD(&node, {"x", garner_real(0.5)});
    ADD(&node, {"x", TEXT("-")});
    ADD(&node, {"x", TEXT("")});
    ADD(&node, {"x", TEXT("99999999999999999999")});
    ADD(&node, {"x", TEXT("-12")});
    ADD(&node, {"a", INT(INT64_MAX)});
    assert_string_equal(linked(false), "80");
    ADD(&node, {"a", garner_real(0.5)});
    ADD(&node, {"a", INT(0)});
    ADD(&node, {"a", INT(-12)});
    assert_string_equal(linked(false), "80 93 117");
    assert_string_equal(linked(true), "80 93");
}

static void of_equal_rows_the_first_is_enough(void **state)
{
    (void)state;
    ADD(&node, {"a", INT(5)});
    ADD(&node, {"x", INT(5)});
    ADD(&node, {"x", INT(5)});
    ADD(&node, {"x", INT(5)}, {"y", INT(1)});
    assert_string_equal(linked(false), "01");
}

static void what_has_no_target_links_nothing(void **state)
{
    struct gn_unit_pair third = {.column = "c"};

    (void)state;
    pair.next = &second;
    second.next = &third; /* the primary key has two columns */
    ADD(&node, {"x", INT(5)}, {"y", INT(5)}, {"c", INT(5)});
    ADD(&node, {"a", INT(5)}, {"b", INT(5)}, {"c", INT(5)});
    assert_string_equal(linked(false), "");
    second.next = NULL;
}

static void lost_memory_is_remembered(void **state)
{
    unsigned nth = 1;

    (void)state;
    ADD(&node, {"x", INT(1)}, {"a", INT(2)});
    ADD(&node, {"a", INT(1)}, {"x", INT(2)});
    for (;; nth++) {
        struct gn_unit_links links = {.arena = &arena, .rows = all, .count = 2};

        gn_arena_clear(&arena);
        links.order = gn_unit_order_new(&arena, 2);
        (void)gn_arena_alloc(&arena, arena.left);
        gn_mem_fail_at(nth);
        gn_unit_links_add(&links, &node, &reference, &node);
        if (!arena.failed)
            break;
    }
    assert_true(nth > 1);
}

#define LINKS_TEST(f) cmocka_unit_test_setup_teardown(f, links_up, links_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINKS_TEST(rows_are_linked_by_value),
        LINKS_TEST(keys_of_several_columns_agree_in_all),
        LINKS_TEST(what_may_be_the_same_is_linked_at_first),
        LINKS_TEST(numbers_are_told_exactly),
        LINKS_TEST(of_equal_rows_the_first_is_enough),
        LINKS_TEST(what_has_no_target_links_nothing),
        LINKS_TEST(lost_memory_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
