# Lists the scheduled tasks of this computer, as JSON. It only reads. Noroshi runs it for monitors
# of the type "task".
#   https://learn.microsoft.com/windows/win32/taskschd/registeredtask
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false

$running = 4  # TASK_STATE_RUNNING
$hiddenToo = 1  # TASK_ENUM_HIDDEN

# The scheduler answers with dates of 1899 for a task that never ran or never will.
function ConvertTo-UtcText($moment) {
    if ($moment -is [DateTime] -and $moment.Year -gt 2000) {
        $moment.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')
    }
}

function Get-TasksIn($folder) {
    foreach ($task in $folder.GetTasks($hiddenToo)) {
        @{
            path = $task.Path
            enabled = [bool]$task.Enabled
            running = $task.State -eq $running
            result = $task.LastTaskResult
            missed = $task.NumberOfMissedRuns
            last = ConvertTo-UtcText $task.LastRunTime
            next = ConvertTo-UtcText $task.NextRunTime
        }
    }
    foreach ($inner in $folder.GetFolders(0)) { Get-TasksIn $inner }
}

$service = New-Object -ComObject Schedule.Service
$service.Connect()
ConvertTo-Json @(Get-TasksIn $service.GetFolder('\')) -Depth 2 -Compress
