import Inputs
import Logging
import Model
import ServiceLifecycle

/// Does what rules decided, once it is committed.
struct ActionService: Service {
  let pipeline: Pipeline
  let hooks: HookDesk
  let writes: WriteDesk
  let inputs: RunningInputs
  let manager: ServiceManager
  let logger: Logger

  func run() async throws {
    let bell = pipeline.orderBell.listen()
    await perform()
    await cancelWhenGracefulShutdown { for await _ in bell { await perform() } }
    await writes.finish()
    await hooks.finish()
  }

  private func perform() async {
    for order in await pipeline.takeOrders() {
      switch order {
      case .run(let id, let run): await hooks.submit(id, run)
      case .write(let id, let write, let deadline): await writes.submit(id, write, before: deadline)
      case .sample(let sampling):
        let isPaced = await inputs.setPace(of: sampling.device, every: sampling.every)
        if !isPaced {
          logger.warning(
            "a rule asks for another pace of a device that has its own", metadata: ["device": "\(sampling.device)"])
        }
      case .shutdown(let shutdown):
        // What a supervisor of the box's power waits for.
        logger.notice("everything is on disk, the power may go", metadata: ["rule": "\(shutdown.rule)"])
        manager.status("everything is on disk, the power may go")
      }
    }
  }
}
