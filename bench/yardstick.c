/*
 * The yardstick: what the checker does on the bio_task twin, written by hand in C. The same states in as many bits,
 * in breadth-first order in one arena; the same table of indices with bits of the hash, looked up in batches so that
 * cache misses overlap. It knows its model by heart, checks no types and no properties, and cannot tell a trace.
 *
 * Build with -DCPUS=3 -DTASKS=3 -DBIOS=1 (bios per task); prints states, transitions and seconds of searching.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#define ALL (TASKS * BIOS)
#define BITS(n) (32 - __builtin_clz((n) | 1)) /* of a number from 0 to n */
#define EACH(i, n) _Pragma("GCC unroll 8") for (int i = 0; i < (n); i++)

/* What may be absent is kept plus one. */
typedef struct {
	uint8_t irqoff[CPUS], pending[CPUS], running[CPUS];
	uint8_t list[CPUS][ALL], wq[CPUS][CPUS];
	uint8_t bio_state[ALL], bio_cpu[ALL], done;
	uint8_t pc[TASKS], cpu[TASKS], k[TASKS], batch[TASKS], scpu[TASKS];
	uint8_t wpc[CPUS], bios[CPUS][ALL];
} State;

/* One walk over all fields serves packing and unpacking. */
#define FIELDS(F)                                                                              \
	EACH(c, CPUS) { F(irqoff[c], 1) F(pending[c], 1) F(running[c], CPUS) F(wpc[c], 7) }    \
	EACH(c, CPUS) { EACH(i, ALL) { F(list[c][i], ALL) F(bios[c][i], ALL) } }               \
	EACH(c, CPUS) { EACH(i, CPUS) { F(wq[c][i], CPUS) } }                                     \
	EACH(b, ALL) { F(bio_state[b], 2) F(bio_cpu[b], CPUS) }                                \
	EACH(t, TASKS) { F(pc[t], 5) F(cpu[t], CPUS - 1) F(k[t], BIOS) F(batch[t], CPUS) F(scpu[t], CPUS) } \
	F(done, ALL)

enum {
	WIDTH = CPUS * (2 + BITS(CPUS) + 3 + 2 * ALL * BITS(ALL) + CPUS * BITS(CPUS)) + ALL * (2 + BITS(CPUS)) +
		TASKS * (3 + BITS(CPUS - 1) + BITS(BIOS) + 2 * BITS(CPUS)) + BITS(ALL),
	WORDS = (WIDTH + 31) / 32,
	BATCH = 1024,
	ROOM = BATCH + 64,
	RUN = 64,
};

static inline void pack(const State *s, uint32_t *out)
{
	uint64_t acc = 0;
	int n = 0, w = 0;
#define PUT(field, max)                                        \
	acc |= (uint64_t)s->field << n;                        \
	if ((n += BITS(max)) >= 32) {                          \
		out[w++] = acc;                                \
		acc >>= 32;                                    \
		n -= 32;                                       \
	}
	FIELDS(PUT)
	if (n > 0)
		out[w] = acc;
}

static inline void unpack(State *s, const uint32_t *in)
{
	uint64_t acc = 0;
	int n = 0, w = 0;
#define GET(field, max)                                        \
	if (n < BITS(max)) {                                   \
		acc |= (uint64_t)in[w++] << n;                 \
		n += 32;                                       \
	}                                                      \
	s->field = acc & ((1 << BITS(max)) - 1);               \
	acc >>= BITS(max);                                     \
	n -= BITS(max);
	FIELDS(GET)
}

static uint32_t *arena, *table, states;
static uint64_t slots = 1 << 16, transitions;
static uint32_t words[ROOM * WORDS], hashes[ROOM];
static int count;

static inline uint32_t hash(const uint32_t *w)
{
	uint32_t h = 0x9e3779b9;
	EACH(i, WORDS) h += (w[i] ^ (w[i] >> 15)) * ((0x85ebca6b + 0x3c6ef372u * i) | 1);
	h = (h ^ (h >> 16)) * 0x7feb352d;
	h = (h ^ (h >> 15)) * 0x846ca68b;
	return h ^ (h >> 16);
}

static void *reserve(size_t bytes)
{
	void *at = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		exit(1);
	return at;
}

/* An entry: the index plus one, and above it as many bits of the hash as there is room for. */
#define INDEX_BITS (32 - __builtin_clz((uint32_t)slots))
#define SLOT(h) ((uint64_t)(h) * slots >> 32)

static void grow(void)
{
	munmap(table, slots * 4);
	slots = slots < 1 << 24 ? slots * 4 : slots + slots / 2;
	table = reserve(slots * 4);
	int bits = INDEX_BITS;
	for (uint32_t i = 0; i < states; i++) {
		uint32_t h = hash(arena + (size_t)i * WORDS);
		uint64_t at = SLOT(h);
		while (table[at])
			if (++at == slots)
				at = 0;
		table[at] = h << bits | (i + 1);
	}
}

static void flush(void)
{
	static uint64_t at[RUN];
	static uint32_t place[RUN];
	while ((uint64_t)(states + count) * 4 > slots * 3)
		grow();
	int bits = INDEX_BITS;
	uint32_t mask = (1u << bits) - 1;
	for (int from = 0; from < count; from += RUN) {
		int n = count - from < RUN ? count - from : RUN;
		for (int i = 0; i < n; i++)
			__builtin_prefetch(&table[at[i] = SLOT(hashes[from + i])]);
		for (int i = 0; i < n; i++) {
			uint32_t tag = hashes[from + i] << bits, e;
			while ((e = table[at[i]]) && (e ^ tag) >> bits)
				if (++at[i] == slots)
					at[i] = 0;
			place[i] = e & mask;
			__builtin_prefetch(&arena[(size_t)(place[i] - !!e) * WORDS]);
		}
		for (int i = 0; i < n; i++) {
			uint32_t *w = words + (from + i) * WORDS, tag = hashes[from + i] << bits, e;
			for (; (e = table[at[i]]); at[i] = at[i] + 1 == slots ? 0 : at[i] + 1)
				if (!((e ^ tag) >> bits) && !memcmp(arena + (size_t)((e & mask) - 1) * WORDS, w, WORDS * 4))
					goto next;
			memcpy(arena + (size_t)states * WORDS, w, WORDS * 4);
			table[at[i]] = tag | ++states;
		next:;
		}
	}
	count = 0;
}

static State now, next;

/* The step just taken on `next` is done. */
#define EMIT                                           \
	do {                                           \
		pack(&next, words + count * WORDS);    \
		hashes[count] = hash(words + count * WORDS); \
		count++;                               \
		transitions++;                         \
		next = now;                            \
	} while (0)

static inline void push(uint8_t *list, int item)
{
	while (*list)
		list++;
	*list = item;
}

static inline int shift(uint8_t *list, int capacity)
{
	int head = list[0];
	memmove(list, list + 1, capacity - 1);
	list[capacity - 1] = 0;
	return head;
}

static inline void schedule_work_on(int cpu, int batch)
{
	if (next.pending[batch])
		return;
	next.pending[batch] = 1;
	EACH(c, CPUS) if (next.running[c] == batch + 1) { cpu = c; break; }
	push(next.wq[cpu], batch + 1);
}

static inline void migrate(int t)
{
	EACH(c, CPUS) if (now.k[t] < BIOS && now.cpu[t] != c) { next.cpu[t] = c; EMIT; }
}

static inline void task(int t)
{
	int cpu = now.cpu[t], bio = t * BIOS + now.k[t];
	switch (now.pc[t]) {
	case 0:
		if (now.k[t] < BIOS && !now.irqoff[cpu]) { next.irqoff[cpu] = 1; next.pc[t] = 1; EMIT; }
		migrate(t);
		break;
	case 1:
		next.batch[t] = cpu + 1; next.pc[t] = 2; EMIT;
		break;
	case 2:
		push(next.list[now.batch[t] - 1], bio + 1);
		next.bio_state[bio] = 1; next.bio_cpu[bio] = cpu + 1; next.pc[t] = 3; EMIT;
		break;
	case 3:
		next.irqoff[cpu] = 0; next.pc[t] = 4; EMIT;
		break;
	case 4:
		if (!now.irqoff[cpu]) { next.scpu[t] = cpu + 1; next.pc[t] = 5; EMIT; }
		migrate(t);
		break;
	case 5:
		if (!now.irqoff[cpu]) {
			schedule_work_on(now.scpu[t] - 1, now.batch[t] - 1);
			next.batch[t] = next.scpu[t] = 0; next.k[t]++; next.pc[t] = 0; EMIT;
		}
		migrate(t);
	}
}

static inline void worker(int c)
{
	int on = !now.irqoff[c];
	switch (now.wpc[c]) {
	case 0:
		if (on && now.wq[c][0]) {
			next.running[c] = shift(next.wq[c], CPUS);
			next.pending[next.running[c] - 1] = 0; next.wpc[c] = 1; EMIT;
		}
		break;
	case 1:
		if (on) { next.irqoff[c] = 1; next.wpc[c] = 2; EMIT; }
		break;
	case 2:
		memcpy(next.bios[c], now.list[c], ALL);
		memset(next.list[c], 0, ALL); next.wpc[c] = 3; EMIT;
		break;
	case 3:
		next.irqoff[c] = 0; next.wpc[c] = now.bios[c][0] ? 4 : 5; EMIT;
		break;
	case 4:
		if (on) {
			int bio = shift(next.bios[c], ALL) - 1;
			next.bio_state[bio] = 2; next.bio_cpu[bio] = 0; next.done++;
			next.wpc[c] = next.bios[c][0] ? 4 : 5; EMIT;
		}
		break;
	case 5:
		if (on) { next.irqoff[c] = 1; next.wpc[c] = 6; EMIT; }
		break;
	case 6:
		next.irqoff[c] = 0;
		if (now.list[c][0]) next.wpc[c] = 7;
		else { next.running[c] = 0; next.wpc[c] = 0; }
		EMIT;
		break;
	case 7:
		if (on) {
			next.wpc[c] = 1; EMIT;
			schedule_work_on(c, c); next.running[c] = 0; next.wpc[c] = 0; EMIT;
		}
	}
}

int main(void)
{
	struct timespec start, end;
	struct rusage usage;
	clock_gettime(CLOCK_MONOTONIC, &start);
	arena = reserve((size_t)WORDS * 4 << 28);
	table = reserve(slots * 4);
	EMIT;
	transitions = 0;
	flush();
	for (uint32_t i = 0; i < states || (flush(), i < states); i++) {
		unpack(&now, arena + (size_t)i * WORDS);
		next = now;
		EACH(t, TASKS) task(t);
		EACH(c, CPUS) worker(c);
		if (now.done == ALL) EMIT;
		if (count >= BATCH) flush();
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	getrusage(RUSAGE_SELF, &usage);
	printf("%u states %lu transitions %.3f seconds %lu bytes %ld resident\n", states, transitions,
	       end.tv_sec - start.tv_sec + (end.tv_nsec - start.tv_nsec) * 1e-9,
	       states * WORDS * 4UL + slots * 4, usage.ru_maxrss * 1024);
}
