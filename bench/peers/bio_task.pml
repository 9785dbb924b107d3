/*
 * The task-context bio completion twin for Spin: the step system of
 * ../models/bio-task-twin.ts, statement by statement. One d_step is one step
 * of the twin, so with -DNOREDUCE both store the same states.
 *
 * Build with -DNCPU -DNTASK -DNBIO (bios per task) -DFIX (queue the work on
 * the CPU whose batch was used) -DWORKFN (the work function takes its batch
 * by container_of). Run with pan -E: a stranded bio is an invalid end state.
 *
 * Lists are words of nibbles: the length, then the elements from the head,
 * each a number from 1. "None" is 0, so CPUs and bios are kept plus one.
 */
#define BIOS   (NTASK * NBIO)
#define DONE   (NCPU + 1)

/* Spin lets no goto lead to a d_step itself. */
#define STEP(code)          if :: d_step { code } fi

#define LENGTH(list)        ((list) & 15)
#define HEAD(list)          (((list) >> 4) & 15)
#define APPEND(list, item)  list = ((list) + 1) | ((item) << (4 * LENGTH(list) + 4))
#define BEHEAD(list)        list = (((list) >> 8) << 4) | (LENGTH(list) - 1)

bit  irqoff[NCPU];	/* whoever runs on the CPU has interrupts off */
int  list[NCPU];	/* batch->list */
bit  pending[NCPU];	/* PENDING of batch->work */
byte running[NCPU];	/* the batch whose work the CPU's worker runs */
int  wq[NCPU];		/* the works queued on the CPU's worker */
byte bio[BIOS];		/* 0 new, else the CPU on whose list it is, or DONE */
byte handled;

/* A work that some worker runs is queued there again, never elsewhere. */
inline schedule_work_on(cpu_, batch_) {
	if
	:: pending[batch_] -> skip
	:: !pending[batch_] ->
		pending[batch_] = 1;
		if
		:: running[0] == batch_ + 1 -> APPEND(wq[0], batch_ + 1)
#if NCPU > 1
		:: running[1] == batch_ + 1 -> APPEND(wq[1], batch_ + 1)
#endif
#if NCPU > 2
		:: running[2] == batch_ + 1 -> APPEND(wq[2], batch_ + 1)
#endif
#if NCPU > 3
		:: running[3] == batch_ + 1 -> APPEND(wq[3], batch_ + 1)
#endif
		:: else -> APPEND(wq[cpu_], batch_ + 1)
		fi
	fi
}

/* The scheduler moves a task that is between bios or may be preempted. */
#define MOVE(to)  d_step { cpu != to && k < NBIO -> cpu = to }
#if NCPU == 1
#define MOVES(back)
#elif NCPU == 2
#define MOVES(back) :: MOVE(0); goto back :: MOVE(1); goto back
#elif NCPU == 3
#define MOVES(back) :: MOVE(0); goto back :: MOVE(1); goto back :: MOVE(2); goto back
#else
#define MOVES(back) :: MOVE(0); goto back :: MOVE(1); goto back :: MOVE(2); goto back :: MOVE(3); goto back
#endif

active [NTASK] proctype task()
{
	byte cpu, k, batch, scpu;

end_lock:
	if
	:: d_step { k < NBIO && !irqoff[cpu] -> irqoff[cpu] = 1 }; goto this_cpu
	MOVES(end_lock)
	fi;
this_cpu:
	STEP(batch = cpu + 1);
	d_step {
		APPEND(list[batch - 1], _pid * NBIO + k + 1);
		bio[_pid * NBIO + k] = cpu + 1
	};
	d_step { irqoff[cpu] = 0 };
which:
	if
	:: d_step { !irqoff[cpu] -> scpu = (FIX -> batch : cpu + 1) }; goto queue
	MOVES(which)
	fi;
queue:
	if
	:: d_step {
		!irqoff[cpu] ->
		schedule_work_on(scpu - 1, batch - 1);
		batch = 0;
		scpu = 0;
		k++
	   }; goto end_lock
	MOVES(queue)
	fi
}

#define SELF   (_pid - NTASK)
#if WORKFN
#define BATCH  (running[SELF] - 1)
#else
#define BATCH  SELF
#endif

active [NCPU] proctype worker()
{
	int bios;

end_idle:
	STEP(
		!irqoff[SELF] && LENGTH(wq[SELF]) > 0 ->
		running[SELF] = HEAD(wq[SELF]);
		BEHEAD(wq[SELF]);
		pending[running[SELF] - 1] = 0
	);
again:
	STEP(!irqoff[SELF] -> irqoff[SELF] = 1);
	d_step { bios = list[BATCH]; list[BATCH] = 0 };
	d_step { irqoff[SELF] = 0 };
end_io:
	if
	:: d_step {
		!irqoff[SELF] && LENGTH(bios) > 0 ->
		bio[HEAD(bios) - 1] = DONE;
		BEHEAD(bios);
		handled++
	   }; goto end_io
	:: d_step { !irqoff[SELF] && LENGTH(bios) == 0 -> irqoff[SELF] = 1 }
	fi;
	if
	:: d_step {
		LENGTH(list[BATCH]) == 0 ->
		irqoff[SELF] = 0;
		running[SELF] = 0
	   }; goto end_idle
	:: d_step { LENGTH(list[BATCH]) > 0 -> irqoff[SELF] = 0 }
	fi;
	if
	:: d_step { !irqoff[SELF] -> skip }; goto again
	:: d_step {
		!irqoff[SELF] ->
		schedule_work_on(SELF, BATCH);
		running[SELF] = 0
	   }; goto end_idle
	fi
}

/* Enabled for ever once every bio is handled: any other end is a deadlock. */
active proctype waiter()
{
	do
	:: d_step { handled == BIOS -> skip }
	od
}
