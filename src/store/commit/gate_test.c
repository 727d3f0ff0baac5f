/* gate_test.c - which tickets may be run in a shard. */
#include "store/writer_test.h"

#include "store/commit/gate.h"
#include "store/driver/transaction.h"

#define FARM "0123456789abcdef0123456789abcdef"

static struct gn_gate *gate;

static void woken(void *context)
{
    (void)context;
}

static int with_gate(void **state)
{
    const struct gn_shard_name name = {.farm = FARM, .number = 0};

    if (with_writer(state) != 0 || gn_transaction_begin(c, NULL) != GARNER_OK ||
        gn_slots_make(c, &name, 1, NULL) != GARNER_OK ||
        gn_transaction_commit(c, NULL) != GARNER_OK ||
        gn_gate_new(c, &gate, NULL) != GARNER_OK)
        return -1;
    gate->wake = woken;
    return 0;
}

static int without_gate(void **state)
{
    if (gate != NULL)
        TAILQ_INIT(&gate->bounced); /* they are on the test's stack */
    gn_gate_free(gate);
    return without_writer(state);
}

static void set(unsigned slot, enum gn_slot_state state)
{
    works(gn_slots_set(c, slot, state, 1, &err));
    works(gn_slots_changed(c, &err));
    gate->known = false;
}

/* Tickets for these slots (+ 1); submitted from first on. */
enum { MOST = 8 };
static struct gn_ticket tickets[MOST];
static struct gn_ticket *group[MOST];
static struct garner_batch *batch;

static size_t fill(const unsigned *slots, size_t count, size_t first)
{
    for (size_t i = 0; i < count; i++) {
        tickets[i] = (struct gn_ticket){
            .slot = slots[i], .count = 1, .batch = i >= first ? batch : NULL};
        group[i] = &tickets[i];
    }
    return count;
}

#define FILL(first, ...)                                                       \
    fill((const unsigned[]){__VA_ARGS__},                                      \
         sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned), first)

static size_t sort(size_t count, size_t *barred)
{
    works(gn_gate_look(gate, c, &err));
    return gn_gate_sort(gate, group, count, barred);
}

static void what_is_here_runs(void **state)
{
    size_t barred;

    (void)state;
    assert_int_equal(sort(FILL(1, 1, 4096, 17, 0), &barred), 4);
    assert_int_equal(barred, 0);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(group[i], &tickets[i]);
}

static void what_is_elsewhere_is_told(void **state)
{
    struct garner_error own = {0};
    size_t barred;

    (void)state;
    set(4, GN_SLOT_GONE);
    set(6, GN_SLOT_LEAVING);
    set(8, GN_SLOT_ARRIVING);
    FILL(MOST, 5, 2, 7, 3, 9);
    tickets[0].err = &own;
    assert_int_equal(sort(5, &barred), 2);
    assert_int_equal(barred, 3);
    assert_ptr_equal(group[0], &tickets[1]);
    assert_ptr_equal(group[1], &tickets[3]);
    assert_ptr_equal(group[2], &tickets[0]);
    assert_ptr_equal(group[3], &tickets[2]);
    assert_ptr_equal(group[4], &tickets[4]);
    assert_true(tickets[0].moved);
    assert_int_equal(tickets[0].code, GARNER_BUSY);
    assert_int_equal(own.code, GARNER_BUSY);
    assert_false(tickets[1].moved);
    assert_true(TAILQ_EMPTY(&gate->bounced));
    assert_int_equal(gate->doors[5], GN_DOOR_OPEN);
}

static void what_was_submitted_is_kept_in_order(void **state)
{
    struct gn_ticket *t;
    size_t barred;

    (void)state;
    set(4, GN_SLOT_LEAVING);
    assert_int_equal(sort(FILL(0, 5, 1, 5), &barred), 1);
    assert_int_equal(barred, 0);
    t = TAILQ_FIRST(&gate->bounced);
    assert_ptr_equal(t, &tickets[0]);
    assert_ptr_equal(TAILQ_NEXT(t, in_queue), &tickets[2]);
    assert_int_equal(gate->doors[5], GN_DOOR_HELD);
    /* The slot is back; but those before these are not through yet. */
    set(4, GN_SLOT_HERE);
    TAILQ_INIT(&gate->bounced);
    assert_int_equal(sort(FILL(1, 5, 5, 1), &barred), 1);
    assert_int_equal(barred, 1);
    assert_true(tickets[0].moved);
    assert_ptr_equal(TAILQ_FIRST(&gate->bounced), &tickets[1]);
    gate->doors[5] = GN_DOOR_OPEN;
    TAILQ_INIT(&gate->bounced);
    assert_int_equal(sort(FILL(1, 5, 5, 1), &barred), 3);
}

static void all_slots_wait_for_each(void **state)
{
    size_t barred;

    (void)state;
    set(4, GN_SLOT_ARRIVING);
    assert_int_equal(sort(FILL(1, 0, 0, 1), &barred), 1);
    assert_int_equal(barred, 1);
    assert_ptr_equal(TAILQ_FIRST(&gate->bounced), &tickets[1]);
    assert_int_equal(gate->doors[0], GN_DOOR_HELD);
    set(4, GN_SLOT_GONE);
    gate->doors[0] = GN_DOOR_OPEN;
    TAILQ_INIT(&gate->bounced);
    assert_int_equal(sort(FILL(MOST, 0, 1), &barred), 2);
}

static void a_flush_is_let_through(void **state)
{
    size_t barred;

    (void)state;
    set(4, GN_SLOT_LEAVING);
    FILL(MOST, 0);
    tickets[0].count = 0;
    assert_int_equal(sort(1, &barred), 1);
    tickets[0].batch = batch; /* but this is somebody's, and has its turn */
    assert_int_equal(sort(1, &barred), 0);
}

static void without_a_router_what_was_submitted_fails(void **state)
{
    size_t barred;

    (void)state;
    gate->wake = NULL;
    set(4, GN_SLOT_GONE);
    assert_int_equal(sort(FILL(0, 5, 1), &barred), 1);
    assert_int_equal(barred, 1);
    assert_int_equal(tickets[0].code, GARNER_BUSY);
    assert_true(TAILQ_EMPTY(&gate->bounced));
}

static void the_store_s_own_work_is_let_through(void **state)
{
    size_t barred;

    (void)state;
    set(4, GN_SLOT_GONE);
    gate->doors[0] = GN_DOOR_HELD;
    FILL(MOST, 0);
    tickets[0].work =
        (enum garner_code(*)(void *, void *, struct garner_error *))abort;
    assert_int_equal(sort(1, &barred), 1);
    gate->doors[0] = GN_DOOR_SHUT;
    assert_false(gn_gate_is_shut(gate, &tickets[0]));
    tickets[0].work = NULL;
    assert_true(gn_gate_is_shut(gate, &tickets[0]));
}

static void slots_are_read_when_they_are_not_known(void **state)
{
    (void)state;
    works(gn_gate_look(gate, c, &err));
    works(gn_slots_set(c, 4, GN_SLOT_LEAVING, 1, &err));
    works(gn_slots_changed(c, &err));
    works(gn_gate_look(gate, c, &err));
    assert_int_equal(gate->slots.state[4], GN_SLOT_HERE);
    assert_int_equal(gate->moving, 0);
    gate->known = false;
    works(gn_gate_look(gate, c, &err));
    assert_int_equal(gate->slots.state[4], GN_SLOT_LEAVING);
    assert_int_equal(gate->moving, 1);
    run(c, "insert or replace into garner_slot values (7, 9, 9)");
    run(c, "update garner_shard set version = 9");
    gate->known = false;
    assert_int_equal(gn_gate_look(gate, c, &err), GARNER_CORRUPT);
    assert_false(gate->known);
    assert_int_equal(gn_gate_look(gate, c, &err), GARNER_CORRUPT);
}

static void only_a_shard_has_one(void **state)
{
    (void)state;
    gn_gate_free(gate);
    run(c, "drop table garner_shard");
    works(gn_gate_new(c, &gate, &err));
    assert_null(gate);
}

#define GATE(f) cmocka_unit_test_setup_teardown(f, with_gate, without_gate)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GATE(what_is_here_runs),
        GATE(what_is_elsewhere_is_told),
        GATE(what_was_submitted_is_kept_in_order),
        GATE(all_slots_wait_for_each),
        GATE(a_flush_is_let_through),
        GATE(without_a_router_what_was_submitted_fails),
        GATE(the_store_s_own_work_is_let_through),
        GATE(slots_are_read_when_they_are_not_known),
        GATE(only_a_shard_has_one),
    };
    int failed;

    if (garner_batch_new(&batch, NULL) != GARNER_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    garner_batch_free(batch);
    return failed;
}
