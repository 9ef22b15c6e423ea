//! Objects and log entries a second where 32 callers come at once, each durable before it is answered.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use crypto::aead::AeadKey;
use crypto::{SystemRandom, sha256};
use registry::log::{Extension, Log, Logs};
use registry::objects::{Objects, Wrapping};
use registry::{Registry, Secrets};
use tlog::{Hash, Tree, leaf_hash};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Callers at once.
const CALLERS: u64 = 32;
/// Octets of a sealed licence.
const FILE: usize = 80_000;

fn objects(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let objects = Objects::open(
        folder.path(),
        u64::MAX,
        Arc::new(Wrapping::new(1, AeadKey::new([5; 32]))),
        Arc::new(SystemRandom::new()),
    )
    .expect("a folder that can be written");
    let mut group = criterion.benchmark_group("objects");
    group.throughput(Throughput::Elements(CALLERS));
    group.bench_function("put, 32 callers, 80 KB", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let mut callers = JoinSet::new();
                for _ in 0..CALLERS {
                    let objects = objects.clone();
                    callers.spawn(async move { objects.put(vec![7; FILE]).await });
                }
                for done in callers.join_all().await {
                    black_box(done.expect("room"));
                }
            });
        });
    });
    let id = runtime.block_on(objects.put(vec![7; FILE])).expect("room");
    group.throughput(Throughput::Elements(1));
    group.bench_function("read, 80 KB", |bencher| {
        bencher.iter(|| runtime.block_on(objects.read(&id)).expect("stored").len());
    });
    group.finish();
}

async fn opened(address: &str) -> Registry {
    let random = Arc::new(SystemRandom::new());
    let secrets = Secrets::new(AeadKey::new([3; 32]), [4; 32], random);
    registry::open(address, secrets)
        .await
        .expect("a fresh store")
}

/// 32 leaves come at once; one step takes those that wait.
async fn round(logs: &Logs, tree: Tree) -> Tree {
    let mut callers = JoinSet::new();
    for number in 0..CALLERS {
        let logs = logs.clone();
        let leaf = sha256(&number.to_be_bytes()).to_vec();
        callers.spawn(async move { logs.submit(Log::Public, leaf, None).await });
    }
    for taken in callers.join_all().await {
        black_box(taken.expect("taken"));
    }
    let waiting = logs.pending(Log::Public, 256).await.expect("readable");
    let hashes: Vec<Hash> = waiting.iter().map(|leaf| leaf_hash(&leaf.leaf)).collect();
    let grown = tree.append(&hashes).expect("not full");
    let step = Extension {
        old: tree.head(),
        new: grown.head(),
        checkpoint: b"checkpoint".to_vec(),
        entries: waiting.iter().map(|leaf| leaf.id).collect(),
        tiles: grown.tiles().to_vec(),
    };
    logs.extend(Log::Public, step).await.expect("alone");
    grown.into_tree()
}

fn log(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let sqlite = format!("sqlite:{}", folder.path().join("log.db").display());
    let mut stores = vec![("SQLite", sqlite)];
    if let Ok(server) = std::env::var("YINXIN_BENCH_POSTGRES") {
        // An empty database made for this run.
        stores.push(("PostgreSQL", server));
    }
    let mut group = criterion.benchmark_group("log");
    group.throughput(Throughput::Elements(CALLERS));
    for (name, address) in stores {
        let registry = runtime.block_on(opened(&address));
        let logs = registry.logs();
        let mut tree = Some(Tree::empty());
        group.bench_function(
            format!("submit and extend, 32 callers, {name}"),
            |bencher| {
                bencher.iter(|| {
                    let before = tree.take().expect("put back below");
                    tree = Some(runtime.block_on(round(&logs, before)));
                });
            },
        );
    }
    group.finish();
}

criterion_group!(benches, objects, log);
criterion_main!(benches);
