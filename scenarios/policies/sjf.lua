-- Shortest job first by estimate, nothing starts before the shortest: as --policy sjf.
hanse_schema = 1

function schedule(view)
  while true do
    local best, least = nil, math.huge
    local job = view.first()
    while job do
      if view.estimate(job) < least then
        best, least = job, view.estimate(job)
      end
      job = view.next(job)
    end
    if not best or not view.fits_now(best) then
      return
    end
    view.take(best)
  end
end
